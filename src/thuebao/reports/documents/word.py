"""Writes an annex as a Word document in the layout of administrative documents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

from thuebao import __version__
from thuebao.base.messages import language
from thuebao.reports.documents.blocks import Cell, Frame, Heading, Prose, Style, Table, blocks, frame, layout
from thuebao.reports.documents.content import Annex
from thuebao.reports.documents.package import fixed
from thuebao.results.own.office import OWN_DOCUMENT

_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}
_LEFT = 0.42
"""The part of the line that the body has in the head; the rest is the national title's."""
_RULE_OF_BODY = 0.4
"""The line below the name of the body, as a part of its column: a third to half of the name's length."""


def annex_docx(annex: Annex) -> bytes:
    """Return the document. The same annex gives the same bytes."""
    from docx import Document

    document = Document()
    _prepare(document, annex)
    around = frame(annex)
    _head(document, around)
    for block in blocks(annex):
        if isinstance(block, Heading):
            paragraph = document.add_heading(block.text, level=1)
            paragraph.paragraph_format.keep_with_next = True
        elif isinstance(block, Prose):
            _prose(document, block)
        else:
            _table(document, block)
    _foot(document, around)
    stream = BytesIO()
    document.save(stream)
    return fixed(stream.getvalue())


def _prepare(document: Any, annex: Annex) -> None:
    """Set page, letters, language, page number and properties."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt, RGBColor

    page, size, paragraph = (layout()[name] for name in ("page", "size", "paragraph"))
    section = document.sections[0]
    section.page_width, section.page_height = Mm(page["width"]), Mm(page["height"])
    section.top_margin, section.bottom_margin = Mm(page["top"]), Mm(page["bottom"])
    section.left_margin, section.right_margin = Mm(page["left"]), Mm(page["right"])
    section.header_distance = section.footer_distance = Mm(page["top"] / 2)
    section.different_first_page_header_footer = True
    for name in ("Normal", "Heading 1"):
        style = document.styles[name]
        style.font.name, style.font.size = layout()["font"], Pt(size["text"])
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for attribute in [*fonts.attrib]:
            del fonts.attrib[attribute]  # those of the theme win over a name
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(_w(kind), layout()["font"])
        _child(style.element.rPr, "lang", val=_LANGUAGES[language()])
        style.paragraph_format.space_before = Pt(0)
        style.paragraph_format.space_after = Pt(paragraph["after"])
        style.paragraph_format.line_spacing = 1.0
    document.styles["Heading 1"].paragraph_format.space_before = Pt(paragraph["after"])
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _page_number(number, Pt(page["number"]))
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = annex.title, "thuebao", "thuebao"
    properties.comments, properties.identifier = f"thuebao {__version__}", OWN_DOCUMENT
    properties.language = _LANGUAGES[language()]
    # The day that the figures are of, not the clock's, so that the same audit gives the same bytes.
    properties.created = properties.modified = datetime.combine(annex.day, time(), UTC)


def _page_number(paragraph: Any, size: Any) -> None:
    for kind, code in (("begin", None), (None, "PAGE"), ("end", None)):
        run = paragraph.add_run()
        run.font.size = size
        if kind:
            _child(run._r, "fldChar", fldCharType=kind)
        else:
            _child(run._r, "instrText").text = code


def _head(document: Any, around: Frame) -> None:
    """Write the body that issues the document beside the national title, and below them what the document is."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    size, width = layout()["size"], _width()
    table = _bare(document, (_LEFT * width, (1 - _LEFT) * width))
    left, right = table.rows[0].cells
    _centred(left, around.parent, size["parent"])
    _centred(left, around.body, size["body"], bold=True)
    _rule(left.add_paragraph(), Mm(_LEFT * width * (1 - _RULE_OF_BODY) / 2))
    _centred(left, around.number, size["number"])
    _centred(right, around.nation, size["nation"], bold=True)
    # Underlined would be a line through the letters' tails: the line is that of the paragraph, of the motto's length.
    motto = _centred(right, around.motto, size["motto"], bold=True)
    motto.paragraph_format.space_after = Pt(0)
    _rule(right.add_paragraph(), Mm((1 - _LEFT) * width * 0.17))
    _centred(right, around.place, size["place"], italic=True)
    for cell in (left, right):
        cell._tc.remove(cell.paragraphs[0]._p)  # every cell begins with an empty one
    for said, points, bold, italic in (
        (around.annex, size["annex"], True, False),
        (around.title, size["title"], True, False),
        (around.attached, size["attached"], False, True),
    ):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(12 if said == around.annex else 0)
        paragraph.paragraph_format.space_after = Pt(0)
        _run(paragraph, said, points, bold=bold, italic=italic)
    _rule(document.add_paragraph(), Mm(width * 0.4))


def _prose(document: Any, block: Prose) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(layout()["paragraph"]["indent"])
    _run(paragraph, block.text, layout()["size"]["text"], bold=block.style == "bold", italic=block.style == "italic")


def _table(document: Any, block: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    width, parts = _width(), sum(block.widths)
    size = layout()["size"]["table"]
    table = _grid(document, [width * part / parts for part in block.widths], "Table Grid")
    kinds = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "right": WD_ALIGN_PARAGRAPH.RIGHT,
    }
    rows: list[Sequence[Cell]] = [[((title, "bold"),) for title in block.titles], *block.rows]
    for position, row in enumerate(rows):
        cells = (table.rows[0] if not position else table.add_row()).cells
        bold = block.total and position == len(rows) - 1
        for cell, said, aligned in zip(cells, row, block.aligned, strict=True):
            lines: Sequence[tuple[str, Style]] = ((said, "bold" if bold else ""),) if isinstance(said, str) else said
            for n, (line, style) in enumerate(lines):
                paragraph = cell.paragraphs[0] if not n else cell.add_paragraph()
                paragraph.alignment = kinds["center" if not position else aligned]
                paragraph.paragraph_format.space_after = Pt(2)
                points = layout()["size"]["small"] if style == "small" else size
                _run(paragraph, line, points, bold=style == "bold", italic=style == "italic")
    _child(table.rows[0]._tr.get_or_add_trPr(), "tblHeader")
    for row in table.rows:
        _child(row._tr.get_or_add_trPr(), "cantSplit")
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _foot(document: Any, around: Frame) -> None:
    """Write where to sign, and below that to whom the document goes."""
    from docx.shared import Mm, Pt

    size, width = layout()["size"], _width()
    table = _bare(document, (width / 2, width / 2))
    for cell, signer in zip(table.rows[0].cells, around.signers, strict=True):
        _centred(cell, signer, size["signer"], bold=True)
        sign = _centred(cell, around.sign, size["signer"], italic=True)
        sign.paragraph_format.space_after = Mm(25)
        cell._tc.remove(cell.paragraphs[0]._p)
    recipients = document.add_paragraph()
    recipients.paragraph_format.space_after = Pt(0)
    _run(recipients, around.recipients, size["recipients"], bold=True, italic=True)
    for line in around.recipient:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        _run(paragraph, line, size["recipient"])
    for paragraph in (recipients, *document.paragraphs[-len(around.recipient) : -1]):
        paragraph.paragraph_format.keep_with_next = True


def _width() -> float:
    """Return the length of a line in mm."""
    page = layout()["page"]
    return float(page["width"] - page["left"] - page["right"])


def _bare(document: Any, widths: Sequence[float]) -> Any:
    """Add a row of columns without lines, which stays on one page."""
    table = _grid(document, widths, None)
    _child(table.rows[0]._tr.get_or_add_trPr(), "cantSplit")
    return table


def _grid(document: Any, widths: Sequence[float], style: str | None) -> Any:
    from docx.enum.table import WD_TABLE_ALIGNMENT
    from docx.shared import Mm

    table = document.add_table(rows=1, cols=len(widths), style=style)
    table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER  # else its lines begin left of the text
    for column, cell, width in zip(table.columns, table.rows[0].cells, widths, strict=True):
        column.width = cell.width = Mm(width)
    return table


def _centred(cell: Any, said: str, points: float, *, bold: bool = False, italic: bool = False) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph = cell.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.keep_with_next = True
    _run(paragraph, said, points, bold=bold, italic=italic)
    return paragraph


def _rule(paragraph: Any, indent: Any) -> None:
    """Make an empty paragraph a thin line, as long as the indents on both sides leave."""
    from docx.shared import Pt

    # First: what is set below goes behind it, as Word wants the parts of a paragraph's form in their order.
    borders = _child(paragraph._p.get_or_add_pPr(), "pBdr")
    _child(borders, "top", val="single", sz="6", space="1", color="000000")
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = indent
    form.space_before, form.space_after, form.line_spacing = Pt(2), Pt(6), Pt(2)


def _run(paragraph: Any, said: str, points: float, *, bold: bool = False, italic: bool = False) -> None:
    from docx.shared import Pt

    run = paragraph.add_run(said)
    run.font.size = Pt(points)
    run.bold, run.italic = bold or None, italic or None


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _child(parent: Any, name: str, **attributes: str) -> Any:
    """Add what python-docx has no word for."""
    from docx.oxml import OxmlElement

    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(_w(key), value)
    parent.append(element)
    return element

"""Tables as programs write them in marked-up text: pages, MHTML, XML Spreadsheet 2003, SYLK."""

from __future__ import annotations

import base64
import html
import quopri
import re
from collections.abc import Callable, Sequence

Rows = Sequence[Sequence[str]]
"""A header, and the records below it."""
Writer = Callable[[Rows], bytes]


def _cells(row: Sequence[str], before: str = "<td>", after: str = "</td>", empty: str = "") -> str:
    return "".join(f"{before}{html.escape(text) or empty}{after}" for text in row)


def _page(body: str, head: str = "") -> bytes:
    return f'<html><head><meta charset="utf-8">{head}</head><body>{body}</body></html>'.encode()


def excel(rows: Rows) -> bytes:
    """Return what "Save as web page" makes: formats beside cells, numbers beside what is shown, a last hidden row."""

    def cell(text: str) -> str:
        if text.isdigit():
            shown = text if len(text) < 12 else f"{float(text):.2E}".replace("E+0", "E+")
            return f'<td class=xl24 align=right x:num="{text}">{html.escape(shown)}</td>'
        return f"<td class=xl25 x:str>{html.escape(text)}</td>" if text else "<td class=xl24></td>"

    lines = "\r\n".join(f"<tr height=17>\r\n  {''.join(map(cell, row))}\r\n </tr>" for row in rows)
    widths = "".join("<td width=64 style='width:48pt'></td>" for _ in rows[0])
    table = (
        "<table x:str border=0 cellpadding=0 style='border-collapse:\r\n collapse'>\r\n<col width=64 span=9>\r\n"
        f"{lines}\r\n<![if supportMisalignedColumns]>\r\n <tr height=0 style='display:none'>{widths}</tr>\r\n"
        " <![endif]>\r\n</table>"
    )
    style = "<style>\r\n<!--table\r\n\t{mso-rotate:0;}\r\n.xl24 {mso-number-format:'\\@';}-->\r\n</style>"
    page = _page(f"\r\n<!--[if gte mso 9]><xml><x:ExcelWorkbook></x:ExcelWorkbook></xml><![endif]-->{table}", style)
    return page.replace(b"<html>", b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">\r\n')


def phpmyadmin(rows: Rows) -> bytes:
    def line(row: Sequence[str], form: str) -> str:
        cells = "".join(f'<td class="print">{form.format(html.escape(c) or "NULL")}</td>' for c in row)
        return f'<tr class="print-category">{cells}</tr>'

    body = "".join([line(rows[0], "<strong>{}</strong>"), *(line(row, "{}") for row in rows[1:])])
    doctype = '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">'
    return f'{doctype}<html><meta charset="utf-8"><table width="100%" cellspacing="1">{body}</table></html>'.encode()


def gridview(rows: Rows) -> bytes:
    """Return an ASP.NET page: laid out by tables, with a form, titles and a line of page numbers."""
    head = "".join(f'<th scope="col">{html.escape(c)}</th>' for c in rows[0])
    lines = "".join(f"<tr>{_cells(row, empty='&nbsp;')}</tr>\n" for row in rows[1:])
    pages = "<table border=0><tr><td><span>1</span></td><td><a href=\"javascript:a('Page$2')\">2</a></td></tr></table>"
    grid = (
        f'<div><table cellspacing="0" rules="all" border="1" id="GridView1"><tr>{head}</tr>{lines}'
        f'<tr><td colspan="{len(rows[0])}">{pages}</td></tr></table></div>'
    )
    form = (
        '<form method="post" id="form1"><input type="hidden" name="__VIEWSTATE" value="/wEPDwUK">'
        f"<table><tr><td>Từ ngày</td><td><input></td></tr></table><table><tr><td>{grid}</td></tr></table></form>"
    )
    return _page(f"<table><tr><td><h1>QUẢN LÝ THUÊ BAO</h1></td></tr><tr><td>{form}</td></tr></table>")


def devexpress(rows: Rows) -> bytes:
    """Return a grid whose header cells are tables."""
    image = "<td><img src=s.gif></td>"
    head = "".join(
        f"<td class=dxgvHeader><table style='width:100%'><tr><td>{html.escape(c)}</td>{image}</tr></table></td>"
        for c in rows[0]
    )
    lines = "".join(
        f'<tr class="dxgvDataRow">{_cells(row, "<td class=dxgv>", empty="&nbsp;")}</tr>' for row in rows[1:]
    )
    table = f'<table id="g_DXMainTable" class="dxgvTable"><tbody><tr>{head}</tr>{lines}</tbody></table>'
    return _page(f'<table class="dxgvControl"><tbody><tr><td>{table}</td></tr></tbody></table>')


def jasper(rows: Rows) -> bytes:
    """Return a report of pages of 7 records: each a table of its own, with a title, margins and the header again."""

    def line(row: Sequence[str], tag: str) -> str:
        cells = _cells(row, '<td colspan="2"><span style="font-family: Arial">', "</span></td>")
        return f'<{tag} valign="top"><td></td>{cells}<td></td></{tag}>'

    def page(records: Rows) -> str:
        wide = 2 * len(rows[0]) + 2
        spaces = f"<tr>{'<td style=width:9px></td>' * wide}</tr>"
        title = f'<tr><td colspan="{wide}"><span>BÁO CÁO THUÊ BAO</span></td></tr>'
        return f"<table>{spaces}{title}{line(rows[0], 'tr')}{''.join(line(r, 'tr') for r in records)}</table><br/>"

    pages = "".join(page(rows[n : n + 7]) for n in range(1, len(rows), 7))
    frame = f'<table width="100%"><tr><td>&nbsp;</td><td align="center">{pages}</td><td>&nbsp;</td></tr></table>'
    return _page(f'<a name="JR_PAGE_ANCHOR_0_1"></a>{frame}')


def xtable(rows: Rows) -> bytes:
    """Return what R's xtable writes: no head, capitals, a column of row numbers."""
    head = "".join(f" <TH> {html.escape(c)} </TH> " for c in ["", *rows[0]])
    lines = "".join(
        f'  <TR> <TD align="right"> {n} </TD> {_cells(row, "<TD> ", " </TD> ")}</TR>\n'
        for n, row in enumerate(rows[1:], 1)
    )
    comment = "<!-- html table generated in R 4.3.1 by xtable 1.8-4 package -->\n<!-- Mon Nov 23 2026 -->\n"
    return f"{comment}<TABLE border=1>\n<TR>{head} </TR>\n{lines}   </TABLE>\n".encode()


def sas(rows: Rows) -> bytes:
    head = _cells(rows[0], '<th class="l header" scope="col">', "</th>\n")
    cells = (_cells(row, '<td class="l data">', "</td>\n", "&#160;") for row in rows[1:])
    lines = "".join(f"<tr>\n{row}</tr>\n" for row in cells)
    title = '<table class="systitleandfootercontainer"><tr><td class="c systemtitle">The SAS System</td></tr></table>'
    script = '<script type="text/javascript">var t = "<table><tr><td>msisdn</td></tr></table>";</script>'
    return _page(
        f'<div class="branch">{title}<table class="table" summary="Procedure Print">\n<colgroup><col></colgroup>\n'
        f"<thead>\n<tr>\n{head}</tr>\n</thead>\n<tbody>\n{lines}</tbody>\n</table></div>",
        script,
    )


def pandas(rows: Rows) -> bytes:
    head = "\n".join(f"      <th>{html.escape(c)}</th>" for c in ["", *rows[0]])
    lines = "\n".join(
        f"    <tr>\n      <th>{n}</th>\n" + _cells(row, "      <td>", "</td>\n", "NaN") + "    </tr>"
        for n, row in enumerate(rows[1:])
    )
    start = f'<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: right;">\n{head}\n    </tr>\n'
    return f"{start}  </thead>\n  <tbody>\n{lines}\n  </tbody>\n</table>".encode()


def sqlplus(rows: Rows) -> bytes:
    """Return what SQL*Plus spools with MARKUP HTML ON: the header again every 5 records."""
    head = "<tr>\n" + _cells(rows[0], '<th scope="col">\n', "\n</th>\n") + "</tr>\n"
    cells = (_cells(row, "<td>\n", "\n</td>\n", "&nbsp;") for row in rows[1:])
    lines = [f"<tr>\n{row}</tr>\n" for row in cells]
    body = "".join(head * (n % 5 == 0) + line for n, line in enumerate(lines))
    return _page(
        f"<p>\n<table border='1' width='90%' align='center' summary='Script output'>\n{body}</table>\n<p>\n\n"
        f"{len(lines)} rows selected.<br>\n"
    )


def unclosed(rows: Rows) -> bytes:
    """Return what a script echoes that closes nothing but the table."""
    lines = "".join(f"<tr>{_cells(row, after='')}\n" for row in rows)
    return f"DANH SÁCH THUÊ BAO<br>\n<table border=1>\n{lines}</table>".encode()


def libreoffice(rows: Rows) -> bytes:
    def cell(text: str) -> str:
        number = f' sdval="{text}" sdnum="1033;0;@"' if text.isdigit() else ""
        return f'<td height="17"{number}><font face="Times New Roman">{html.escape(text) or "<br>"}</font></td>\n'

    lines = "".join(f"\t<tr>\n{''.join(map(cell, row))}\t</tr>\n" for row in rows)
    return _page(f'<table cellspacing="0" border="0">\n<colgroup width="85"></colgroup>\n{lines}</table>')


def entities(rows: Rows) -> bytes:
    """Return a page in ASCII: every letter beyond it is an entity."""
    lines = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    page = f"<html><body><table>{lines}</table></body></html>".replace("â", "&acirc;").replace("ê", "&ecirc;")
    return page.encode("ascii", "xmlcharrefreplace")


def _word(rows: Rows) -> str:
    before, after = "<td width=64 valign=top><p class=MsoNormal><span lang=VI>", "<o:p></o:p></span></p></td>"
    lines = "\r\n".join(f"<tr style='mso-yfti-irow:0'>{_cells(row, before, after)}</tr>" for row in rows)
    return _page(f"<p>Kính gửi: Cục Viễn thông</p>\r\n<table class=MsoTable>{lines}</table>").decode()


def _mhtml(body: str, coding: str, kind: str = "multipart/related") -> bytes:
    return (
        f'MIME-Version: 1.0\r\nContent-Type: {kind}; boundary="----=_NextPart_01DA.3F"\r\n\r\n'
        "This document is a Single File Web Page.\r\n\r\n"
        "------=_NextPart_01DA.3F\r\nContent-Location: file:///C:/D7/a.htm\r\n"
        f'Content-Transfer-Encoding: {coding}\r\nContent-Type: text/html; charset="utf-8"\r\n\r\n{body}\r\n\r\n'
        "------=_NextPart_01DA.3F\r\nContent-Location: file:///C:/D7/filelist.xml\r\n"
        'Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text/xml; charset="utf-8"\r\n\r\n'
        '<xml><o:File HRef=3D"a.htm"/></xml>\r\n------=_NextPart_01DA.3F--\r\n'
    ).encode()


def word_mhtml(rows: Rows) -> bytes:
    return _mhtml(quopri.encodestring(_word(rows).encode()).decode("ascii"), "quoted-printable")


def base64_mhtml(rows: Rows) -> bytes:
    return _mhtml(base64.encodebytes(_word(rows).encode()).decode("ascii"), "base64")


def browser_mhtml(rows: Rows) -> bytes:
    body = quopri.encodestring(sas(rows)).decode("ascii")
    start = "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://qltb.example.vn/ds\r\nSubject: DS\r\n"
    return start.encode() + _mhtml(body, "quoted-printable", 'multipart/related;\r\n\ttype="text/html"')


SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_XML = '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'


def spreadsheetml(rows: Rows) -> bytes:
    """Return what Excel writes: empty cells left out, those behind them with an index."""

    def line(row: Sequence[str]) -> str:
        cells, before = "", True
        for n, text in enumerate(row, 1):
            index = "" if before else f' ss:Index="{n}"'
            before = bool(text)
            if text:
                cells += f'<Cell{index} ss:StyleID="s62"><Data ss:Type="String">{html.escape(text)}</Data></Cell>'
        return f"   <Row>{cells}</Row>\n"

    styles = '<Styles><Style ss:ID="s62"><NumberFormat ss:Format="@"/></Style></Styles>'
    table = f'<Table ss:ExpandedColumnCount="{len(rows[0])}">{"".join(map(line, rows))}</Table>'
    return (
        f'{_XML}<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}">{styles}<Worksheet ss:Name="Thuê bao">{table}'
        '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"/></Worksheet>'
        '<Worksheet ss:Name="Ghi chú"><Table><Row><Cell><Data ss:Type="String">Hết</Data></Cell></Row></Table>'
        "</Worksheet></Workbook>"
    ).encode()


def spreadsheetml_zeros(rows: Rows) -> bytes:
    """Return numbers whose zeros are in their format alone, with every name prefixed."""

    def cell(text: str) -> str:
        kind = "Number" if text.isdigit() else "String"
        style = f' ss:StyleID="z{len(text)}"' if text.isdigit() else ""
        value = str(int(text)) if text.isdigit() else html.escape(text)
        return f'<ss:Cell{style}><ss:Data ss:Type="{kind}">{value}</ss:Data></ss:Cell>'

    lines = "".join(f"<ss:Row>{''.join(map(cell, row))}</ss:Row>" for row in rows)
    styles = "".join(
        f'<ss:Style ss:ID="z{n}"><ss:NumberFormat ss:Format="{"0" * n}"/></ss:Style>' for n in range(1, 20)
    )
    return (
        f'{_XML}<ss:Workbook xmlns:ss="{SPREADSHEET}"><ss:Styles>{styles}</ss:Styles><ss:Worksheet ss:Name="1">'
        f"<ss:Table>{lines}</ss:Table></ss:Worksheet></ss:Workbook>"
    ).encode()


def spreadsheetml_dates(rows: Rows) -> bytes:
    """Return days and times as dates, and texts with letters in bold."""

    def data(text: str) -> str:
        if found := re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})(?: (\d\d:\d\d))?", text):
            day, month, year, time = found.groups()
            return f'<Data ss:Type="DateTime">{year}-{month}-{day}T{time or "00:00"}:00.000</Data>'
        letters = f"<B>{html.escape(text[:1])}</B><Font>{html.escape(text[1:])}</Font>"
        return f'<ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40">{letters}</ss:Data>'

    cells = ("".join(f"<Cell>{data(c)}</Cell>" for c in row) for row in rows)
    lines = "".join(f"<Row>{row}</Row>\n" for row in cells)
    return (
        f'{_XML}<Workbook xmlns="{SPREADSHEET}" xmlns:ss="{SPREADSHEET}"><Worksheet ss:Name="A"><Table>{lines}</Table>'
        "</Worksheet></Workbook>"
    ).encode()


def sylk(rows: Rows) -> bytes:
    """Return what Excel writes: formats before cells, rows and columns said once."""
    lines = [
        "ID;PWXL;N;E",
        "P;PGeneral",
        "P;P@",
        f"B;Y{len(rows)};X{len(rows[0])};D0 0 {len(rows)} 1",
        "O;L;D;V0;K47;G100 0.001",
    ]
    for y, row in enumerate(rows, 1):
        said = False
        for x, text in enumerate(row, 1):
            if text:
                quoted = text.replace(";", ";;").replace('"', '""')
                lines += [f"F;P1;FG0G{'' if said else f';Y{y}'};X{x}", f'C;K"{quoted}"']
                said = True
    return "\r\n".join([*lines, "E", ""]).encode()


def sylk_places(rows: Rows) -> bytes:
    """Return what LibreOffice and scripts write: every cell with its place."""
    cells = (
        f'C;X{x};Y{y};K"{text.replace(";", ";;").replace(chr(34), chr(34) * 2)}"'
        for y, row in enumerate(rows, 1)
        for x, text in enumerate(row, 1)
        if text
    )
    return "\n".join(["ID;PCALCOOO32", *cells, "E"]).encode()


def sylk_bare(rows: Rows) -> bytes:
    """Return digits without quotes, as scripts write them, zeros included."""
    lines = [
        f"C;Y{y};X{x};K" + (text if text.isdigit() else '"' + text.replace(";", ";;").replace('"', '""') + '"')
        for y, row in enumerate(rows, 1)
        for x, text in enumerate(row, 1)
    ]
    return "\n".join(["ID;PSCRIPT", "F;DG0R10", *lines, "E"]).encode()


HTML_WRITERS: tuple[Writer, ...] = (
    *(excel, phpmyadmin, gridview, devexpress, jasper, xtable, sas, pandas, sqlplus, unclosed, libreoffice, entities),
)
MHTML_WRITERS: tuple[Writer, ...] = (word_mhtml, base64_mhtml, browser_mhtml)
SPREADSHEETML_WRITERS: tuple[Writer, ...] = (spreadsheetml, spreadsheetml_zeros, spreadsheetml_dates)
SYLK_WRITERS: tuple[Writer, ...] = (sylk, sylk_places, sylk_bare)
EVERY_WRITER = (*HTML_WRITERS, *MHTML_WRITERS, *SPREADSHEETML_WRITERS, *SYLK_WRITERS)

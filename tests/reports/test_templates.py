"""An office's own template: what fills it, and what is said of one that cannot be filled."""

from __future__ import annotations

import io
import json
import os
import re
import time
import zipfile

import pytest
from docx import Document

from helpers.desks import Desk
from helpers.documents import everything, form, paragraphs, tables, with_part
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, person
from helpers.places import ROOT, SAMPLES
from helpers.reports import DAY
from thuebao.base.messages import use_language
from thuebao.reports.documents.fields import Listing, Row, example, fields_of, filling
from thuebao.reports.format import number

REPORT = ("--report", "a.docx", "--template", "form.docx")
ROWS = (
    ("{%tr for o in operators %}",),
    ("{{ o.name }}", "{{ o.records }}", "{{ o.with_errors }}", "{{ o.share_with_errors }}"),
    ("{%tr endfor %}",),
)


def test_a_template_is_filled_with_the_figures_of_the_json(desk: Desk, cli: Command) -> None:
    desk.write("form.docx", form("{{ title|upper }}", "{{ paragraph }}", rows=ROWS, header="{{ tool }}, {{ as_of }}"))
    some = ("audit", str(SAMPLES), "--as-of", "2026-11-23", "--fail-on", "never")
    for language in ("vi", "en"):
        use_language(language)
        report = f"{language}.docx"
        assert cli(*some, "--report", report, "--template", "form.docx", "--lang", language, "-q").code == 0
        result = cli(*some, "--format", "json", "--lang", language).document
        assert [row[:3] for row in tables(desk.path / report)[0]] == [
            [o["operator"], number(o["records"]), number(o["records_with_errors"])] for o in result["operators"]
        ]
        said = paragraphs(desk.path / report)
        assert said[0] == said[0].upper()
        assert number(result["totals"]["records_with_errors"]) in said[1]
        header = Document(str(desk.path / report)).sections[0].header.paragraphs[0].text
        assert header.startswith(f"thuebao {result['tool']['version']}, ")


def every_field(row: Row, prefix: str = "") -> list[str]:
    return [prefix + name for name, field in row.items() if not isinstance(field, Listing)]


def test_every_field_can_be_filled_in_every_place(desk: Desk, cli: Command) -> None:
    fields = fields_of()
    lines = [f"{{{{ {name} }}}}" for name in every_field(fields)]
    for name, field in fields.items():
        if isinstance(field, Listing):
            inner = every_field(field.of, "one.") if field.of else ["one"]
            lines.append(f"{{%p for one in {name} %}}")
            lines.append(f"{name}: " + " | ".join(f"{{{{ {one} }}}}" for one in inner))
            lines.append("{%p endfor %}")
    desk.write("form.docx", form(*lines))
    desk.export("vina.csv", ERROR, GOOD)
    assert cli("audit", "vina.csv", *DAY, *REPORT, "-q").code == 1
    said = paragraphs(desk.path / "a.docx")
    assert "operators: VinaPhone | 2 | 1 | 50.0 % | 1 | 50.0 %" in " ".join(said).replace("\xa0", " ")
    assert not any("{" in line for line in said)


def test_conditions_loops_and_filters_work(desk: Desk, cli: Command) -> None:
    lines = (
        "{% if records_with_errors > 0 and not where %}hit{% elif records == 0 %}none{% else %}clean{% endif %}",
        "{% for r in rules %}{{ loop.index }}:{{ r.code }}{% if not loop.last %}, {% endif %}{% endfor %}",
        "{{ operators|length }} {{ made_by|default('nobody', true) }} {{ unreadable|join('; ') }}",
        "{% for e in exposure %}{{ e.clause }}{% else %}no exposure{% endfor %}",
        "{{ 'some' if doubts else 'no doubts' }}",
    )
    desk.write("form.docx", form(*lines))
    desk.export("vina.csv", ERROR, GOOD)
    cli("audit", "vina.csv", *DAY, *REPORT, "-qq")
    said = paragraphs(desk.path / "a.docx")
    assert said[0] == "hit"
    assert re.fullmatch(r"1:[A-Z]+\d+(, \d+:[A-Z]+\d+)*", said[1])
    assert said[2].startswith("1 nobody")
    assert said[3:5] == ["no exposure", "no doubts"]


def test_foreign_text_in_a_field_is_text(desk: Desk, cli: Command) -> None:
    name = "Đoàn <b>&amp; {{ title }} {% raw %}\x07\n</w:t>"
    desk.write("form.docx", form("[{{ made_by }}]"))
    desk.export("vina.csv", GOOD)
    cli("audit", "vina.csv", *DAY, *REPORT, "-qq", "--made-by", name)
    assert paragraphs(desk.path / "a.docx") == ["[Đoàn <b>&amp; {{ title }} {% raw %}\ufffd\ufffd</w:t>]"]


def test_fields_that_word_has_taken_apart_are_found(desk: Desk, cli: Command) -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for part in ("{", "{ rec", "ords }", "}"):
        paragraph.add_run(part).bold = part == "{ rec"
    stream = io.BytesIO()
    document.save(stream)
    desk.write("form.docx", stream.getvalue())
    desk.export("vina.csv", GOOD, ERROR)
    cli("audit", "vina.csv", *DAY, *REPORT, "-qq")
    assert paragraphs(desk.path / "a.docx") == ["2"]


REFUSED = (
    ("{{ recods }}", ("'recods'", "records", "paragraph")),
    ("{{ operators.name }}", ("'operators.name'",)),
    ("{% for o in operators %}{{ o.nmae }}{% endfor %}", ("'o.nmae'", "name", "with_errors")),
    ("{% for o in operatrs %}{% endfor %}", ("'operatrs'", "operators")),
    ("{{ operators }}", ("'operators'", "{% for one in operators %}")),
    ("{% for o in operators %}{{ o }}{% endfor %}", ("'o'",)),
    ("{% for s in title %}{% endfor %}", ("'title'", "operators, rules")),
    ("{% for o in operators %}{% for r in rules %}{% endfor %}{% endfor %}", ("'rules'",)),
    ("{% for o in operators if o %}{% endfor %}", ("operators",)),
    ("{% for o in operators recursive %}{% endfor %}", ("operators",)),
    ("{% for i in range(10) %}{% endfor %}", ("'call'",)),
    ("{{ ''.__class__ }}", ("'.__class__'",)),
    ("{{ title.__class__.__mro__ }}", ("'",)),
    ("{{ title['__class__'] }}", ("'getitem'",)),
    ("{{ title|attr('__class__') }}", ("'| attr'",)),
    ("{{ title|map('upper') }}", ("'| map'",)),
    ("{{ title|safe }}", ("'| safe'",)),
    ("{{ title|center(1000000000) }}", ("'| center'",)),
    ("{{ operators|join(attribute='__class__') }}", ("'| join'",)),
    ("{{ operators|first }}", ("'| first'",)),
    ("{{ cycler.__init__.__globals__ }}", ("'cycler'",)),
    ("{{ self }}", ("'self'",)),
    ("{{ 9**9**9 }}", ("'pow'",)),
    ("{{ 'a' * 1000000000 }}", ("'mul'",)),
    ("{{ '%1000000000d' % 1 }}", ("'mod'",)),
    ("{{ [title] }}", ("'list'",)),
    ("{{ title.upper() }}", ("'call'",)),
    ("{% set x = 1 %}", ("'assign'",)),
    ("{% macro a() %}{% endmacro %}", ("'macro'",)),
    ("{% include 'x' %}", ("'include'",)),
    ("{% extends 'x' %}", ("'extends'",)),
    ("{% import 'x' as y %}", ("'import'",)),
    ("{% filter upper %}x{% endfilter %}", ("'filterblock'",)),
    ("{% if title is defined %}x{% endif %}", ("'test'",)),
    ("{{r title }}", ("'{{r'",)),
    ("{% vm %}", ("'{% vm'",)),
    ("{% colspan 2 %}", ("'{% colspan'",)),
    ("{{p title }}", ("'{{p'",)),
    ("{{ title", ("{{ title",)),
    ("{% if title %}x", ("endif",)),
    ("{% nonsense %}", ("nonsense",)),
)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(("field", "said"), REFUSED)
@pytest.mark.parametrize("place", ["body", "header", "table", "properties"])
def test_what_a_template_may_not_say_is_refused_by_name(vina: Desk, cli: Command, place, field, said) -> None:
    content = form(field) if place == "body" else form(header=field) if place == "header" else form(rows=[[field]])
    if place == "properties":
        document = Document()
        document.core_properties.subject = field
        stream = io.BytesIO()
        document.save(stream)
        content = stream.getvalue()
        if re.match(r"\{\{[rp] |\{% (?:vm|colspan)", field):
            pytest.skip("nothing of docxtpl's in a property")
    vina.write("form.docx", content)
    before = vina.files()
    started = time.process_time()
    done = cli("audit", "vina.csv", *DAY, *REPORT)
    assert time.process_time() - started < 5
    assert (done.code, done.out) == (2, "")
    one_message(done, "form.docx", *said)
    assert vina.files() == before


def test_the_words_of_a_refusal_are_in_both_languages(vina: Desk, cli: Command) -> None:
    vina.write("form.docx", form("{{ recods }}"))
    said = {language: cli("audit", "vina.csv", *DAY, *REPORT, "--lang", language).err for language in ("vi", "en")}
    assert said["vi"].startswith("--template form.docx: không có trường 'recods'.")
    assert said["en"].startswith("--template form.docx: there is no field 'recods'.")


def packed(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return stream.getvalue()


BOMB = b"<a>" + b"0" * (80 << 20) + b"</a>"
ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    b"<w:body><w:p><w:r><w:t>&b;&x;</w:t></w:r></w:p></w:body></w:document>"
)


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no Word document"),
        (b"{\\rtf1 text}", "is no Word document"),
        (b"%PDF-1.7\n", "is no Word document"),
        (b"\xd0\xcf\x11\xe0" + bytes(2000), "is no Word document"),
        (with_part(form("x"), "word/endnotes.xml", b"<a><b>{</b>{ title }}</a>"), "fields stand in word/endnotes.xml"),
        (packed({"a.txt": b"x"}), "is no Word document"),
        (packed({"[Content_Types].xml": b"<a"}), "is no Word document"),
        (with_part(form("x"), "word/document.xml", b"<w:document"), "is no Word document"),
        (form("x")[:-40], "is no Word document"),
        (form("x").replace(b"PK\x01\x02", b"PK\x01\x03"), "is no Word document"),
        (with_part(form("x"), "word/media/a.xml", BOMB), "unpacks to more than 64 MiB"),
        (with_part(form("x"), "word/media/a.xml", b"{" * 9000), "has more than 2,000 fields"),
        (packed({f"{n}.xml": b"" for n in range(2100)}), "unpacks to more than"),
        (
            form(*["x" * 100_000] * 2, "{%p for o in operators %}", "y" * 400_000, "{%p endfor %}"),
            "of more than 64 MiB",
        ),
    ],
)
def test_what_is_no_template_is_refused(vina: Desk, cli: Command, content, said) -> None:
    vina.write("form.docx", content)
    done = cli("audit", "vina.csv", *DAY, *REPORT)
    assert (done.code, done.out) == (2, "")
    one_message(done, "form.docx", said)
    assert vina.files() == {"vina.csv", "form.docx"}


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LONG_TO_LOOK_AT = (
    '<w:p w:rsidR="0"/>' * 30_000,
    '<w:tc w:x="0"/>' * 30_000,
    "<w:p><w:r>" + "<w:t>{{ title }}</w:t>" * 900 + "</w:r></w:p>",
    "<w:p><w:r>" + "<w:t>{{</w:t>" * 900 + "<w:t> " + "x" * 1_000_000 + "</w:t></w:r></w:p>",
    "<w:p><w:r>" + "<w:t>{%p x</w:t>" * 1_900 + "<w:br/>" * 100_000 + "</w:r></w:p>",
)


@pytest.mark.parametrize("body", LONG_TO_LOOK_AT)
def test_a_template_that_is_long_to_look_at_ends_soon(vina: Desk, cli: Command, body) -> None:
    xml = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    vina.write("form.docx", with_part(form("x"), "word/document.xml", xml.encode()))
    started = time.process_time()
    assert cli("audit", "vina.csv", *DAY, *REPORT, "-qq").code in (1, 2)
    assert time.process_time() - started < 20


def test_a_workbook_or_one_with_macros_is_no_template(vina: Desk, cli: Command) -> None:
    types = zipfile.ZipFile(io.BytesIO(form("x"))).read("[Content_Types].xml")
    macros = types.replace(b"openxmlformats-officedocument.wordprocessingml.document", b"ms-word.document.macroEnabled")
    vina.write("form.docx", with_part(form("x"), "[Content_Types].xml", macros))
    done = cli("audit", "vina.csv", *DAY, *REPORT)
    assert done.code == 2
    one_message(done, "form.docx", "without macros")
    cli("audit", "vina.csv", *DAY, "--report", "book.xlsx", "-qq")
    done = cli("audit", "vina.csv", *DAY, "--report", "a.docx", "--template", "book.xlsx")
    assert done.code == 2
    one_message(done, "book.xlsx", "is no Word document")


def test_entities_of_a_template_bring_nothing_in(vina: Desk, cli: Command) -> None:
    vina.write("form.docx", with_part(form("x"), "word/document.xml", ENTITIES))
    done = cli("audit", "vina.csv", *DAY, *REPORT, "-qq")
    if done.code == 1:
        said = everything(vina.path / "a.docx")
        assert "root:" not in said
        assert "aaaaaaaaaa" * 10 not in said
    else:
        assert done.code == 2
        assert "a.docx" not in vina.files()


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("{% if where %}", "{% endif %}"),
        ("{% if not where %}", "{% endif %}"),
        ("{% for o in operators %}", "{% endfor %}"),
        ("{% for o in exposure %}", "{% endfor %}"),
    ],
)
def test_half_a_field_gives_no_half_document(vina: Desk, cli: Command, begin, end) -> None:
    # What begins above a table and ends in it leaves half a table where it is left out, or is repeated.
    vina.write("form.docx", form(begin, rows=[[end, "x"]]))
    before = vina.files()
    done = cli("audit", "vina.csv", *DAY, *REPORT)
    assert (done.code, done.out) == (2, "")
    one_message(done, "form.docx", "{%tr for … %}")
    assert vina.files() == before


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--template", "form.docx"), ("form.docx", "--report FILE.docx")),
        (("--template", "form.docx", "--report", "a.pdf"), ("form.docx", "--report FILE.docx")),
        (("--report", "a.docx", "--template", "none.docx"), ("none.docx",)),
        (("--report", "a.docx", "--template", "."), ("--template .",)),
        (("--report", "form.docx", "--template", "form.docx", "--force"), ("form.docx",)),
        (("--report", "a.docx", "--template", "pipe"), ("pipe",)),
    ],
)
def test_a_template_without_its_report_is_refused(vina: Desk, cli: Command, options, said) -> None:
    vina.write("form.docx", form("{{ title }}"))
    os.mkfifo(vina.path / "pipe")
    before = vina.files()
    content = (vina.path / "form.docx").read_bytes()
    done = cli("audit", "vina.csv", *DAY, *options)
    assert (done.code, done.out) == (2, "")
    one_message(done, *said)
    assert vina.files() == before
    assert (vina.path / "form.docx").read_bytes() == content


def test_the_manifest_names_the_template(vina: Desk, cli: Command) -> None:
    vina.write("form.docx", form("{{ title }}"))
    cli("audit", "vina.csv", *DAY, *REPORT, "--manifest", "m.json", "-qq")
    manifest = json.loads((vina.path / "m.json").read_text("utf-8"))
    assert [(read["name"], read["path"]) for read in manifest["read_beside"]] == [("template", "form.docx")]
    assert manifest["options"]["template"] == "form.docx"
    assert cli("verify", "m.json").code == 0


def test_the_same_audit_fills_the_same_bytes(vina: Desk, cli: Command) -> None:
    vina.write("form.docx", form("{{ paragraph }}", rows=ROWS))
    cli("audit", "vina.csv", *DAY, *REPORT, "-qq")
    first = (vina.path / "a.docx").read_bytes()
    cli("audit", "vina.csv", *DAY, *REPORT, "-qq", "--force")
    assert (vina.path / "a.docx").read_bytes() == first


def test_a_filled_template_is_known_as_own(desk: Desk, cli: Command) -> None:
    desk.export("e/vina.csv", ERROR, person(1))
    desk.write("form.docx", form("{{ title }}"))
    some = ("e/*", *DAY, "--format", "json", "--fail-on", "never")
    cli("audit", *some, "--report", "e/a.docx", "--template", "form.docx")
    document = cli("audit", *some).document
    assert [(p["path"], p["reason"]) for p in document["files_passed_over"]] == [("e/a.docx", "own")]


def test_the_documentation_names_every_field() -> None:
    page = (ROOT / "docs" / "documents.md").read_text("utf-8")
    named = {
        name for cell in re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE) for name in re.findall(r"`([^`]*)`", cell)
    }
    known = set()
    for name, field in fields_of().items():
        known.add(name)
        if isinstance(field, Listing) and field.of:
            known |= {f"{name}: {inner}" for inner in field.of}
    assert named == known


def test_the_example_of_the_documentation_can_be_filled(desk: Desk, cli: Command) -> None:
    page = (ROOT / "docs" / "documents.md").read_text("utf-8")
    [text] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    desk.write("form.docx", form(*text.strip().splitlines()))
    desk.export("vina.csv", ERROR)
    assert cli("audit", "vina.csv", *DAY, *REPORT, "-q").code == 1
    assert not any("{" in line for line in paragraphs(desk.path / "a.docx"))


def test_what_is_tried_has_the_fields_of_what_fills() -> None:
    for empty in (False, True):
        assert {*filling(example(empty=empty))} - {"day"} == {*fields_of()}

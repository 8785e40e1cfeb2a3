"""The annex to inspection minutes as a Word document and as PDF: its layout, its figures, its bytes."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from docx import Document
from docx.shared import Mm, Pt
from pypdf import PdfReader

from helpers.desks import Desk
from helpers.documents import everything, is_composed, needs_an_office, one_line, pages, printed, tables
from helpers.outcomes import Command, one_message
from helpers.people import ERROR, GOOD, NAMELESS, people, person
from helpers.places import SAMPLES
from helpers.reports import DAY
from thuebao.base.messages import LANGUAGES, text, use_language
from thuebao.reports.about import About
from thuebao.reports.documents.annex import annex_of
from thuebao.reports.documents.content import Annex
from thuebao.reports.documents.pdf import annex_pdf
from thuebao.reports.documents.word import annex_docx
from thuebao.reports.format import number
from thuebao.results.own import is_ours
from thuebao.results.result import AuditResult

SOME = ("audit", str(SAMPLES), "--as-of", "2026-11-23", "--fail-on", "never")
OFFICE_NAME = "Đoàn kiểm tra số 12"


def about(**options: str) -> About:
    moment = datetime(2026, 11, 28, 9, 30)
    return About(OFFICE_NAME, moment, moment, options, {})


def read(path: Path) -> str:
    return everything(path) if path.suffix == ".docx" else " ".join(pages(path))


@pytest.fixture
def documents(desk: Desk, cli: Command) -> Desk:
    for language in LANGUAGES:
        reports = ("--report", f"{language}.docx", "--report", f"{language}.pdf", "--report", f"{language}.html")
        assert cli(*SOME, *reports, "--made-by", OFFICE_NAME, "--lang", language, "-q").code == 0
    desk.write("result.json", cli(*SOME, "--format", "json").out)
    return desk


def test_the_figures_are_those_of_the_json(documents: Desk) -> None:
    result = json.loads((documents.path / "result.json").read_text("utf-8"))
    for language in LANGUAGES:
        use_language(language)
        for kind in ("docx", "pdf"):
            said = read(documents.path / f"{language}.{kind}")
            totals = result["totals"]
            for operator in result["operators"]:
                counts = (operator["records"], operator["records_with_errors"], operator["records_with_findings"])
                shares = [one_line(text("number.percent", value=percent(part, counts[0]))) for part in counts[1:]]
                row = [number(counts[0]), number(counts[1]), shares[0], number(counts[2]), shares[1]]
                assert " ".join([operator["operator"], *row]) in said
            whole = [number(totals[n]) for n in ("records", "records_with_errors", "records_with_findings")]
            assert f"{text('summary.all_operators')} {whole[0]} {whole[1]} " in said
            hit = [r for r in result["rules"] if r["violations"]]
            worst = sorted(hit, key=lambda r: (["error", "warning", "info"].index(r["severity"]), -r["violations"]))
            for rule in worst[:10]:
                assert f"{rule['code']} {text('severity.' + rule['severity'])} " in said
            assert worst[10]["code"] not in said
            for read_file in result["inputs"]:
                assert f"{Path(read_file['path']).name} SHA-256: " in said


def percent(part: int, whole: int) -> str:
    """Return a share as reports round it, worked out apart."""
    value = 100 * part / whole
    said = f"{value:.2f}" if value < 10 or value > 99 else f"{value:.1f}"
    from thuebao.base.messages import language

    return said.replace(".", ",") if language() == "vi" else said


def test_digests_of_the_inputs_are_in_them(documents: Desk, sample: AuditResult) -> None:
    for kind in ("docx", "pdf"):
        said = read(documents.path / f"vi.{kind}").replace(" ", "")
        for read_file in sample.inputs:
            assert read_file.sha256 in said


def test_one_paragraph_can_stand_in_the_minutes_by_itself(sample: AuditResult) -> None:
    use_language("vi")
    said = one_line(annex_of(sample, about()).paragraph)
    assert said.startswith("Đã kiểm tra 1.000 bản ghi thông tin thuê bao di động trong 5 tệp dữ liệu, tính đến ngày")
    assert "23/11/2026, bằng công cụ thuebao" in said
    assert "189 bản ghi có lỗi (18,9 %), 286 bản ghi có ít nhất một phát hiện (28,6 %)" in said
    assert "Viettel có 97 bản ghi có lỗi trên 423 bản ghi (22,9 %)" in said
    assert "bỏ" not in said
    use_language("en")
    said = one_line(annex_of(replace(sample, where="sex = 'x'"), about(baseline="last.csv")).paragraph)
    assert "Only records were judged for which holds: sex = 'x'." in said
    assert "Only findings are counted that last.csv does not have." in said


def test_the_layout_is_that_of_administrative_documents(documents: Desk) -> None:
    document = Document(str(documents.path / "vi.docx"))
    section = document.sections[0]
    assert (round(section.page_width / Mm(1)), round(section.page_height / Mm(1))) == (210, 297)
    assert 20 <= round(section.top_margin / Mm(1)) <= 25
    assert 20 <= round(section.bottom_margin / Mm(1)) <= 25
    assert 30 <= round(section.left_margin / Mm(1)) <= 35
    assert 15 <= round(section.right_margin / Mm(1)) <= 20
    assert section.different_first_page_header_footer
    assert not section.first_page_header.paragraphs[0].text
    assert "PAGE" in section.header._element.xml
    left, right = document.tables[0].rows[0].cells
    by_text = {p.text: p.runs[0] for cell in (left, right) for p in cell.paragraphs if p.runs}
    nation = by_text["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    motto = by_text["Độc lập - Tự do - Hạnh phúc"]
    assert Pt(12) <= nation.font.size <= Pt(13)
    assert nation.bold
    assert not nation.italic
    assert Pt(13) <= motto.font.size <= Pt(14)
    assert motto.bold
    [place] = [run for said, run in by_text.items() if ", ngày" in said]
    assert Pt(13) <= place.font.size <= Pt(14)
    assert place.italic
    assert by_text[OFFICE_NAME.upper()].bold
    assert "Số: ……/……" in by_text
    said = {p.text: p.runs[0] for p in document.paragraphs if p.runs}
    assert said["Phụ lục"].font.size == Pt(14)
    assert Pt(13) <= said["KẾT QUẢ KIỂM TRA THÔNG TIN THUÊ BAO DI ĐỘNG"].font.size <= Pt(14)
    assert any(line.startswith("(Kèm theo Biên bản kiểm tra số …") for line in said)
    recipients = said["Nơi nhận:"]
    assert (recipients.font.size, recipients.bold, recipients.italic) == (Pt(12), True, True)
    assert said["- Lưu: VT, ………………."].font.size == Pt(11)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert {*fonts.attrib.values()} == {"Times New Roman"}
    signers = [cell.text for cell in document.tables[-1].rows[0].cells]
    assert [said.split("\n")[0] for said in signers] == ["ĐẠI DIỆN NHÀ MẠNG", "ĐẠI DIỆN ĐOÀN KIỂM TRA"]


def test_a_pdf_is_searchable_tagged_and_for_archives(documents: Desk) -> None:
    for language, title in (("vi", "Kết quả kiểm tra thông tin thuê bao"), ("en", "Audit of mobile subscriber")):
        reader = PdfReader(str(documents.path / f"{language}.pdf"))
        said = pages(documents.path / f"{language}.pdf")
        assert 2 <= len(said) <= 6
        assert all(map(is_composed, said))
        assert "\ufffd" not in "".join(said)
        assert reader.metadata.title.startswith(title)
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        metadata = root["/Metadata"].get_data().decode()
        assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
        assert [page[:1] for page in said[1:]] == [str(n) for n in range(2, len(said) + 1)]
        assert not said[0].startswith("1")
        for page in reader.pages:
            assert [float(side) for side in page.mediabox[2:]] == pytest.approx([595.28, 841.89], abs=0.1)
    first = pages(documents.path / "vi.pdf")[0]
    for part in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Phụ lục", "ĐOÀN KIỂM TRA SỐ 12"):
        assert part in first
    assert "Nơi nhận:" in pages(documents.path / "vi.pdf")[-1]


@needs_an_office
def test_libreoffice_opens_the_word_document(documents: Desk) -> None:
    for language in LANGUAGES:
        said = pages(printed(documents.path / f"{language}.docx"))
        assert 2 <= len(said) <= 6
        use_language(language)
        for key in ("document.nation", "document.motto", "document.annex"):
            assert text(key) in said[0]
        assert [page[:1] for page in said[1:]] == [str(n) for n in range(2, len(said) + 1)]
        assert text("document.recipients") in said[-1]
        whole = one_line(" ".join(said))
        assert "Viettel 423 97 " in whole


WRITE = """
import sys
from thuebao.cli.app import run
run(sys.argv[1:])
"""


def test_the_same_audit_gives_the_same_bytes_in_any_zone_and_locale(desk: Desk) -> None:
    desk.export("vina.csv", ERROR, GOOD, person(3))
    desk.write("fonts/some.ttf", b"no font")
    files = []
    for n, (zone, locale) in enumerate((("UTC", "C"), ("Pacific/Kiritimati", "vi_VN.UTF-8"))):
        reports = ("--report", f"{n}.docx", "--report", f"{n}.pdf")
        environment = {**os.environ, "TZ": zone, "LANG": locale, "LC_ALL": locale, "TYPST_FONT_PATHS": "fonts"}
        environment |= {"HOME": str(desk.path / f"home{n}"), "SOURCE_DATE_EPOCH": str(n)}
        command = [sys.executable, "-c", WRITE, "audit", "vina.csv", *DAY, "--lang", "vi", "-q", *reports]
        subprocess.run(command, env=environment, check=False, cwd=desk.path)
        files.append([(desk.path / f"{n}.{kind}").read_bytes() for kind in ("docx", "pdf")])
    assert files[0] == files[1]
    with zipfile.ZipFile(desk.path / "0.docx") as package:
        assert {info.date_time[0] for info in package.infolist()} == {1980}
    # The day that the figures are of, in both.
    assert Document(str(desk.path / "0.docx")).core_properties.created.date().isoformat() == DAY[1]
    assert PdfReader(str(desk.path / "0.pdf")).metadata.creation_date.date().isoformat() == DAY[1]


HOSTILE = (
    '#read("/etc/passwd")',
    "#strong[x] *x* $x$ `x` <x> \\u{41} @x // x",
    "</w:t><w:br/>&amp; {{ 7*7 }} {% raw %}",
    "中文 हिन्दी 😀 \U0001f9ff ﷽ e\u0301",
    "\x07\x1b[2J\u202egpj.exe\ufffe\uffff\ud800",
    '"; #import "@preview/x:0.1.0"',
)


@pytest.mark.parametrize("value", HOSTILE)
def test_foreign_text_is_shown_as_it_is_and_does_nothing(sample: AuditResult, desk: Desk, value) -> None:
    use_language("en")
    inputs = (replace(sample.inputs[0], path=value), *sample.inputs[1:])
    annex = annex_of(replace(sample, inputs=inputs, where=value), replace(about(), made_by=value))
    desk.write("a.docx", annex_docx(annex))
    desk.write("a.pdf", annex_pdf(annex))
    shown = one_line(annex.where)
    assert shown in everything(desk.path / "a.docx")
    whole = " ".join(pages(desk.path / "a.pdf")).replace(" ", "")
    kept = [sign for sign in shown.replace(" ", "") if sign.isascii()]
    assert "".join(kept)[:12] in "".join(sign for sign in whole if sign.isascii())
    for sign in "\x07\x1b\u202e\ufffe\uffff":
        assert sign not in everything(desk.path / "a.docx") + whole


def test_exposure_is_printed_where_it_is_asked_for_with_its_caveats(desk: Desk, cli: Command) -> None:
    some = (*SOME, "--lang", "vi")
    reports = [("--report", f"{name}.{kind}") for name in ("full",) for kind in ("docx", "pdf")]
    result = cli(*some, "--exposure", *(part for report in reports for part in report), "--format", "json").document
    assert cli(*some, "--report", "bare.docx", "--report", "bare.pdf", "-q").code == 0
    computed = [row for row in result["exposure"]["rows"] if row["least"] is not None]
    assert computed
    use_language("vi")
    both = [table[1:] for table in tables(desk.path / "full.docx") if table[0][1] == text("exposure.clause")]
    assert [len(rows) for rows in both] == [min(len(computed), 25), 25]
    for row, shown in zip(computed, both[0], strict=False):
        assert (shown[0], f"{row['least']:,}".replace(",", ".") in shown[3]) == (row["operator"], True)
    for kind in ("docx", "pdf"):
        said, bare = read(desk.path / f"full.{kind}"), read(desk.path / f"bare.{kind}")
        tight = said.replace(" ", "")
        for row in computed:
            least_to_most = text("exposure.amount", least=row["least"], most=row["most"], currency="VND")
            assert least_to_most.replace(" ", "") in tight
            assert f"{row['operator']} " in said
        for part in (text("report.exposure"), text("exposure.lead"), "Mức phạt: "):
            assert part.replace(" ", "") in tight
            assert part not in bare
        assert f"4. {text('report.exposure')}" in said
        assert "5. Dữ liệu vào" in said
        assert "4. Dữ liệu vào" in bare


def test_numbers_to_be_notified_are_those_of_remedy(desk: Desk, cli: Command) -> None:
    desk.export("e/vina.csv", ERROR, *people(30))
    command = ("remedy", "e", *DAY, "--first-notice", "2026-11-20", "--lang", "vi")
    counts = json.loads(cli(*command, "--format", "json").out)["operators"][0]
    assert counts["own_information"]
    for kind in ("docx", "pdf"):
        assert cli(*command, "-qq", "--report", f"a.{kind}").code == 0
        assert cli("audit", "e", *DAY, "-qq", "--lang", "vi", "--report", f"bare.{kind}").code == 1
        said, without = read(desk.path / f"a.{kind}"), read(desk.path / f"bare.{kind}")
        row = f"VinaPhone {counts['own_information']} {counts['same_contract']} {counts['carrier']}"
        for part in ("4. Số thuê bao phải thông báo", row, "5. Dữ liệu vào"):
            assert part in said
            assert part not in without
        # Nothing is replaced.
        assert cli(*command, "-qq", "--report", f"a.{kind}").code == 2
    for wrong in ("a.html", "nowhere/a.pdf", "e/vina.csv"):
        assert cli(*command, "-qq", "--report", wrong).code == 2


def test_a_list_that_is_not_whole_says_so(sample: AuditResult, desk: Desk) -> None:
    use_language("en")
    annex = annex_of(sample, about())
    many = replace(annex, operators=annex.operators * 9, operator_count=type(annex.records)(45))
    desk.write("a.docx", annex_docx(many))
    assert "25 of 45; the workbook" in everything(desk.path / "a.docx")
    assert "10 of " in everything(desk.path / "a.docx")


def test_files_that_could_not_be_read_are_named(desk: Desk, cli: Command) -> None:
    desk.export("e/vina.csv", ERROR)
    desk.write("e/viettel.csv", b"%PDF-1.4\n" + bytes(range(256)) * 9)
    assert cli("audit", "e", *DAY, "-qq", "--report", "a.docx", "--report", "a.pdf", "--lang", "en").code == 3
    for kind in ("docx", "pdf"):
        said = read(desk.path / f"a.{kind}")
        assert "1 file could not be read and is not counted." in said
        assert "e/viettel.csv: is a document (PDF)" in said


def test_nothing_of_a_person_is_in_them(desk: Desk, cli: Command) -> None:
    records = [*people(4), person(1) | NAMELESS, ERROR]
    desk.export("vina.csv", *records)
    cli("audit", "vina.csv", *DAY, "-qq", "--reveal", "--report", "a.docx", "--report", "a.pdf")
    for kind in ("docx", "pdf"):
        said = read(desk.path / f"a.{kind}")
        for name in ("msisdn", "full_name", "id_number", "contract_number", "date_of_birth"):
            for record in records:
                assert not record.get(name) or record[name] not in said


def test_they_are_for_their_owner_whole_and_listed_in_the_manifest(vina: Desk, cli: Command) -> None:
    reports = ("--report", "a.docx", "--report", "a.pdf")
    done = cli("audit", "vina.csv", *DAY, *reports, "--manifest", "m.json", "--lang", "en")
    for name in ("a.docx", "a.pdf"):
        assert stat.S_IMODE((vina.path / name).stat().st_mode) == 0o600
        assert f"Report: {name}" in done.err
    manifest = json.loads((vina.path / "m.json").read_text("utf-8"))
    assert [output["path"] for output in manifest["outputs"]] == ["a.docx", "a.pdf"]
    assert {"python-docx", "docxtpl", "typst"} <= {*manifest["libraries"]}
    assert cli("verify", "m.json").code == 0
    before = (vina.path / "a.pdf").read_bytes()
    again = cli("audit", "vina.csv", *DAY, "--report", "a.pdf")
    assert again.code == 2
    one_message(again, "a.pdf", "--force")
    assert cli("audit", "vina.csv", *DAY, "--report", "a.pdf", "--force", "-q").code == 1
    assert len((vina.path / "a.pdf").read_bytes()) == len(before)


def test_they_are_passed_over_where_they_lie_among_exports(documents: Desk, cli: Command) -> None:
    documents.export("e/vina.csv", ERROR)
    some = (*DAY, "--format", "json", "--fail-on", "never")
    without = cli("audit", "e", *some).document
    for kind in ("docx", "pdf"):
        documents.write(f"e/a.{kind}", (documents.path / f"vi.{kind}").read_bytes())
    assert (documents.path / "e/a.pdf").stat().st_size > 1 << 16  # so large that it would be named, were it not our own
    for paths in ("e", "e/*"):
        with_them = cli("audit", paths, *some).document
        for part in ("totals", "export_findings", "unreadable"):
            assert with_them[part] == without[part]
        passed_over = [(p["path"], p["reason"]) for p in with_them["files_passed_over"]]
        assert passed_over == [("e/a.docx", "own"), ("e/a.pdf", "own")]


def test_what_only_bears_their_mark_is_not_passed_over(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv", ERROR)
    cli("audit", "vina.csv", *DAY, "-qq", "--report", "a.docx", "--report", "a.pdf")
    assert is_ours(desk.path / "a.docx")
    assert is_ours(desk.path / "a.pdf")
    # Under the name of an export they are refused, and an archive of exports is one whatever it is called.
    for name, source in (("b.csv", "a.pdf"), ("b.xlsx", "a.docx")):
        desk.write(name, (desk.path / source).read_bytes())
        assert not is_ours(desk.path / name)
    content = (desk.path / "a.docx").read_bytes()
    desk.write("large.pdf", (desk.path / "a.pdf").read_bytes() + b"\n0912345678" * 50_000)
    assert not is_ours(desk.path / "large.pdf")
    desk.write("c.docx", content)
    with zipfile.ZipFile(desk.path / "c.docx", "a") as package:
        package.writestr("viettel.csv", "msisdn\n0912345678\n")
    assert not is_ours(desk.path / "c.docx")


@pytest.mark.parametrize("missing", ["docx", "docxtpl", "typst"])
def test_a_missing_library_is_named_before_anything_is_read(
    vina: Desk, cli: Command, monkeypatch: pytest.MonkeyPatch, missing
) -> None:
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr("thuebao.reports.documents.find_spec", lambda name: None if name == missing else find(name))
    done = cli("audit", "vina.csv", *DAY, "--report", "a.pdf" if missing == "typst" else "a.docx")
    assert done.code == 2
    one_message(done, "pip install 'thuebao[documents]'")
    assert cli("audit", "vina.csv", *DAY, "--report", "a.html", "-q").code == 1
    assert vina.files() == {"vina.csv", "a.html"}


# Of the schema, those that occur: Word is less patient with another order than LibreOffice.
ORDERS = {
    "pPr": ("pStyle", "keepNext", "pBdr", "spacing", "ind", "jc", "rPr"),
    "rPr": ("rStyle", "rFonts", "b", "bCs", "i", "iCs", "color", "sz", "szCs", "u", "lang"),
    "tblPr": ("tblStyle", "tblW", "jc", "tblInd", "tblLayout", "tblLook"),
    "tcPr": ("tcW", "gridSpan", "vAlign"),
}


def test_parts_of_a_form_stand_in_the_order_of_the_schema(documents: Desk) -> None:
    document = Document(str(documents.path / "vi.docx"))
    checked = 0
    for element in document.element.body.iter():
        order = ORDERS.get(element.tag.rpartition("}")[2])
        if order:
            found = [order.index(child.tag.rpartition("}")[2]) for child in element]
            assert found == sorted(found), [child.tag for child in element]
            checked += 1
    assert checked > 100


def test_tables_of_the_word_document_repeat_their_header(documents: Desk) -> None:
    document = Document(str(documents.path / "vi.docx"))
    inner = document.tables[1:-1]
    assert len(inner) == 3
    for table in inner:
        assert "w:tblHeader" in table.rows[0]._tr.xml
    operators = tables(documents.path / "vi.docx")[1]
    assert operators[0][0] == "Nhà mạng"
    assert operators[-1][0] == "Mọi nhà mạng"


def test_an_annex_of_nothing_can_be_written(sample: AuditResult, desk: Desk) -> None:
    empty = replace(
        sample,
        inputs=(),
        operators=sample.operators.clear(),
        counts=sample.counts.clear(),
        rules=tuple(replace(r, violations=0) for r in sample.rules),
    )
    annex: Annex = annex_of(empty, replace(about(), made_by=None))
    for kind, write in (("docx", annex_docx), ("pdf", annex_pdf)):
        desk.write(f"a.{kind}", write(annex))
        assert text("page.no_inputs") in read(desk.path / f"a.{kind}")
        assert text("document.body") in read(desk.path / f"a.{kind}")

"""Mapping files: which header holds which column, as a person has said; and what is proposed to that person."""

from __future__ import annotations

import stat
import tomllib
from collections.abc import Mapping as Table
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from conftest import Command, Desk, one_message, people, person
from thuebao.base.errors import InputError, UsageError
from thuebao.reports.mapping import write_mapping
from thuebao.rulebook.columns import columns
from thuebao.sources.headers.header import Header, map_header, recognised
from thuebao.sources.headers.mapping import LOOK, Mapping, mapping_for, read_mapping
from thuebao.sources.headers.mapping_text import escaped, mapping_text
from thuebao.sources.headers.proposal import SURE, Proposal, propose
from thuebao.sources.headers.similarity import words

HOSTILE = [
    'a" = "b',
    "dòng 1\ndòng 2",
    "\r\n[columns]\nsex = 1",
    "\x1b[31mđỏ\x1b]0;tên\x07",
    "\\",
    "\\u0041",
    "#",
    "'''",
    '"""',
    "\u202eđảo",
    "\u2028",
    "\x85",
    "\x7f",
    "\U000e0041",
    "a\tb",
    "[b]đậm[/b]",
    "{column}",
    "%s",
    "=",
    "\ufeffx",
]

# -- values as exports have them, twenty of each kind -------------------------------------------------------------

VALUES: dict[str, list[str | None]] = {
    "msisdn": [f"09123456{n:02}" for n in range(20)],
    "names": ["Nguyễn Văn An", "TRẦN THỊ BÌNH", "Lê Hoàng Minh", "Phạm Thị Hà"] * 5,
    "dates": [f"{n + 1:02}/05/2021" for n in range(20)],
    "times": [f"{n + 1:02}/05/2024 10:11:12" for n in range(20)],
    "personal numbers": [f"0010900{12345 + 11 * n}" for n in range(20)],
    "cmnd": [f"0123456{n:02}" for n in range(20)],
    "sexes": ["Nam", "Nữ"] * 10,
    "kinds": ["CCCD", "CMND", "Hộ chiếu", "CCCD"] * 5,
    "offices": ["Cục Cảnh sát QLHC về TTXH", "Công an tỉnh Hà Nam"] * 10,
    "countries": ["VNM", "Việt Nam"] * 10,
    "addresses": ["Số 5 Lê Lợi, phường 1, Hà Nội", "12 Hai Bà Trưng, Huế"] * 10,
    "payments": ["Trả trước", "TS"] * 10,
    "states": ["Đang hoạt động", "Chặn 1 chiều"] * 10,
    "sims": [f"898404123456789{n:04}" for n in range(20)],
    "codes": [f"VTL{n}" for n in range(20)],
    "users": [f"nguyenvana_{n}" for n in range(20)],
    "provinces": ["Hà Nội", "Tỉnh Nghệ An", "TP Hồ Chí Minh", "Huế"] * 5,
    "numbers": [str(n) for n in range(20)],
    "flags": ["1", "0"] * 10,
    "packages": ["MAX100", "D15"] * 10,
    "files": [f"A{n}.jpg" for n in range(20)],
    "phones": [f"02438{n:06}" for n in range(20)],
    "customers": ["Cá nhân", "Tổ chức"] * 10,
    "notes": ["đã gọi điện cho khách", "ok"] * 10,
    "channels": ["App", "Cửa hàng"] * 10,
    "nothing": [None] * 20,
}


def proposals(headers: Table[str, str], mapping: Mapping | None = None) -> dict[str, Proposal]:
    """Return header → proposal for a file with these headers (each with a kind of values)."""
    header = map_header("x.csv", list(headers), mapping or LOOK)
    sample = pl.DataFrame({str(n): pl.Series(VALUES[kind], dtype=pl.String) for n, kind in enumerate(headers.values())})
    return {proposal.header: proposal for proposal in propose(header, sample, mapping) if proposal.header}


def sure(found: Table[str, Proposal]) -> dict[str, str]:
    return {header: p.column for header, p in found.items() if p.column and p.confidence >= SURE}


def mapping_of(path: Path, text: str) -> Mapping:
    path.write_text(text, "utf-8")
    return read_mapping(path)


def refused(path: Path, text: str) -> UsageError:
    with pytest.raises(UsageError) as error:
        mapping_of(path, text)
    return error.value


def not_mapped(names: Sequence[str], mapping: Mapping | None = None) -> InputError:
    with pytest.raises(InputError) as error:
        map_header("export.csv", names, mapping)
    return error.value


# -- a mapping file ----------------------------------------------------------------------------------------------


def test_a_mapping_file_is_read(tmp_path: Path) -> None:
    text = '\ufefffiles = ["Viettel*", "vt_*.csv"]\noperator = "Viettel"\n[columns]\nmsisdn = "Số"\nsex = " "\n'
    mapping = mapping_of(tmp_path / "m.toml", text)
    assert mapping.columns == {"msisdn": "Số", "sex": ""}
    assert (mapping.files, mapping.operator) == (("Viettel*", "vt_*.csv"), "Viettel")
    assert mapping_of(tmp_path / "m.toml", "").columns == {}


@pytest.mark.parametrize(
    ("patterns", "path", "fits"),
    [
        ((), "anything.csv", True),
        (("viettel*",), "exports/VIETTEL_10.csv", True),
        (("viettel*",), "viettel/vina.csv", False),
        (("thuê bao*",), "Thue\u0302 Bao.csv", True),
        (("vina*", "*.parquet"), "x/y.PARQUET", True),
        (("[[]1]*",), "[1].csv", True),
    ],
)
def test_a_mapping_is_for_files_by_their_names(patterns, path, fits) -> None:
    assert Mapping("m.toml", {}, patterns).fits(path) is fits


def test_of_several_mappings_the_first_that_fits_counts() -> None:
    viettel, vina, all_files = Mapping("a", {}, ("viettel*",)), Mapping("b", {}, ("vina*",)), Mapping("c", {})
    given = [viettel, vina, all_files]
    assert [mapping_for(f"x/{name}.csv", given) for name in ("Viettel", "vina1", "itel")] == given
    assert mapping_for("itel.csv", [viettel, vina]) is None


@pytest.mark.parametrize(
    ("text", "key", "parts"),
    [
        ('[columns]\nmsisdn = "x\n', "mapping_syntax", ("line 2",)),
        ("[columns\n", "mapping_syntax", ("line 1",)),
        ("a = [" * 5000, "mapping_syntax", ()),
        ("[column]\n", "mapping_key_unknown", ("'column'", "columns")),
        ('msisdn = "x"\n', "mapping_key_unknown", ("'msisdn'", "[columns]")),
        ('[columns]\nmsidn = "x"\n', "mapping_column_unknown", ("'msidn'", "msisdn")),
        ('[columns]\nmsisdn = "Số"\nsim_serial = "Số"\n', "mapping_header_for_two", ("msisdn", "sim_serial", "'Số'")),
        ('[columns]\nmsisdn = "Số"\nmsisdn = "SĐT"\n', "mapping_column_twice", ("msisdn", "'Số'", "'SĐT'")),
        ('[columns]\nmsisdn = ["Số", 3]\n', "mapping_value", ("msisdn", "Số", "3")),
        ('[columns]\nmsisdn = { both = ["Số", "SĐT"] }\n', "mapping_value", ("msisdn", "both")),
        ("[columns]\nmsisdn = 3\n", "mapping_value", ("msisdn", "3")),
        ("columns = 3\n", "mapping_value", ("columns",)),
        ("files = 3\n", "mapping_value", ("files",)),
        ('files = ["a", ""]\n', "mapping_value", ("files",)),
        ('operator = ""\n', "mapping_value", ("operator",)),
    ],
)
def test_a_mapping_file_that_makes_no_sense_says_where(tmp_path: Path, text, key, parts) -> None:
    error = refused(tmp_path / "m.toml", text)
    assert error.key == key
    for part in ("m.toml", *parts):
        assert part in str(error)


def test_a_mapping_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_bytes(b"operator = '\xff'")
    for path in (tmp_path, tmp_path / "none.toml", tmp_path / "m.toml"):
        with pytest.raises(UsageError) as error:
            read_mapping(path)
        assert error.value.key == "mapping_unreadable"
        assert str(path) in str(error.value)


# -- a header read with a mapping --------------------------------------------------------------------------------


def test_what_a_mapping_says_goes_before_synonyms() -> None:
    names = ["Số", "Số thuê bao", "Họ tên", "SĐT", "Giới tính"]
    mapping = Mapping("m.toml", {"msisdn": "Số", "pos_phone": "SĐT", "sex": ""})
    assert map_header("x", names, mapping).canonical == ("msisdn", None, "full_name", "pos_phone", None)
    assert recognised(names, mapping) == 5
    assert recognised(["Số", "", "x"], mapping) == 1


def test_a_header_is_found_exactly_or_else_folded() -> None:
    mapping = Mapping("m.toml", {"msisdn": "Ma so", "sex": "GT"})
    assert map_header("x", ["Mã số", " gt "], mapping).canonical == ("msisdn", "sex")
    assert map_header("x", ["Mã số", "Ma so", "GT"], mapping).canonical == (None, "msisdn", "sex")
    assert map_header("x", ["電話"], Mapping("m.toml", {"msisdn": "電話"})).canonical == ("msisdn",)


def test_a_mapping_to_a_column_that_is_not_there_names_both() -> None:
    error = not_mapped(["Số máy bàn", "Họ tên"], Mapping("m.toml", {"msisdn": "Số máy"}))
    assert error.key == "mapping_header_absent"
    for part in ("export.csv", "m.toml", "'Số máy'", "msisdn", "'Số máy bàn'"):
        assert part in str(error)
    assert not_mapped(["", "Họ tên"], Mapping("m", {"msisdn": "-"})).key == "mapping_header_absent"


def test_a_mapping_to_a_column_that_is_there_twice() -> None:
    for names in (["Số", "Số", "Họ tên"], ["Số", "số", "Họ tên"]):
        error = not_mapped(names, Mapping("m.toml", {"msisdn": "SO" if "số" in names else "Số"}))
        assert error.key == "mapping_header_twice"
        assert "'Số'" in str(error)
        assert "msisdn" in str(error)


def test_two_texts_for_one_header_are_one_header_too_many() -> None:
    error = not_mapped(["Số", "Họ tên"], Mapping("m.toml", {"msisdn": "Số", "sex": "SO"}))
    assert error.key == "mapping_header_for_two"
    assert "msisdn" in str(error)
    assert "sex" in str(error)


def test_two_headers_for_one_column_name_both_and_a_mapping_is_the_way_out() -> None:
    names = ["Số TB", "Số máy", "Họ tên"]
    error = not_mapped(names)
    assert error.key == "two_headers_for_one_column"
    for part in ("'Số TB'", "'Số máy'", "msisdn", "--mapping"):
        assert part in str(error)
    assert map_header("x", names, Mapping("m", {"msisdn": "Số máy"})).canonical == (None, "msisdn", "full_name")


def test_headers_that_map_to_nothing_may_differ_in_diacritics_alone() -> None:
    assert map_header("x", ["msisdn", "Ngày lắp", "Ngày lập"]).unknown == ["Ngày lắp", "Ngày lập"]
    assert not_mapped(["msisdn", "Ghi chú", "Ghi chú"]).key == "header_twice"
    mapping = Mapping("m", {"sex": "Phái"})
    assert map_header("x", ["Phái", "Ghi chú", "Ghi chú"], mapping).mapped == {"sex": "Phái"}


def test_nothing_recognised_is_an_error_but_for_a_mere_look() -> None:
    assert not_mapped(["F1", "F2"]).key == "header_unrecognised"
    assert not_mapped(["msisdn"], Mapping("m", {"msisdn": ""})).key == "header_unrecognised"
    assert not_mapped(["0912345678", "An"], LOOK).key == "header_missing"
    assert map_header("x", ["F1", "F2"], LOOK).mapped == {}


# -- what is proposed --------------------------------------------------------------------------------------------

STYLES: dict[str, dict[str, tuple[str, str | None]]] = {
    "VNPT": {
        "STT": ("numbers", None),
        "Số thuê bao": ("msisdn", "msisdn"),
        "Tập thuê bao": ("packages", None),
        "Trạng thái TTTB": ("states", None),
        "Cập nhật bởi": ("users", "clerk_name"),
        "Mã HRM": ("numbers", None),
        "Kênh cập nhật": ("channels", "pos_kind"),
        "Ngày hoàn thành": ("times", "info_updated_at"),
    },
    "prefixes": {
        "KH_SoTB": ("msisdn", "msisdn"),
        "KH_HoTen": ("names", "full_name"),
        "KH_NgaySinh": ("dates", "date_of_birth"),
        "KH_QuocTich": ("countries", "nationality"),
        "KH_SoGiayTo": ("personal numbers", "id_number"),
        "KH_LoaiGiayTo": ("kinds", "id_type"),
        "KH_NgayCap": ("dates", "id_issue_date"),
        "KH_NoiCap": ("offices", "id_issue_place"),
        "KH_DiaChi": ("addresses", "address"),
        "KH_Ma": ("codes", None),
        "KH_NgayDK": ("times", "registered_at"),
        "KH_GoiCuoc": ("packages", None),
        "KH_Email": ("users", None),
    },
    "typos": {
        "Số thêu bao": ("msisdn", "msisdn"),
        "Ngày sihn": ("dates", "date_of_birth"),
        "Nơi cấpp": ("offices", "id_issue_place"),
        "Quôc tịhc": ("countries", "nationality"),
        "Giới tinhh": ("sexes", "sex"),
        "Trạng thia": ("states", "status"),
        "Số giấy tờ tùy thna": ("personal numbers", "id_number"),
        "Ngày lắp": ("dates", None),
        "Ngày nạp": ("dates", None),
        "Ngày lập": ("dates", None),
        "Mã điện": ("codes", None),
    },
    "camelCase": {
        "subscriberPhoneNumber": ("msisdn", "msisdn"),
        "customerFullName": ("names", "full_name"),
        "idDocType": ("kinds", "id_type"),
        "billingType": ("payments", "payment_type"),
        "simSerialNo": ("sims", "sim_serial"),
        "contactPhone": ("msisdn", None),
        "contactName": ("names", None),
        "createdDate": ("times", None),
        "updatedDate": ("times", None),
        "planName": ("packages", None),
        "actDate": ("dates", None),
        "isActive": ("flags", None),
        "referrerFullName": ("names", None),
        "subscriberType": ("payments", None),
        "contractDate": ("dates", None),
    },
    "suffixes": {
        "Số TB (*)": ("msisdn", "msisdn"),
        "Họ tên KH (*)": ("names", "full_name"),
        "Ngày cấp (dd/mm/yyyy)": ("dates", "id_issue_date"),
        "Ng.sinh": ("dates", "date_of_birth"),
        "Tên NV": ("names", "clerk_name"),
        "Số CMND cũ": ("cmnd", None),
        "Số TB cũ": ("msisdn", None),
        "Ngày cấp SIM": ("dates", None),
        "Ngày cấp lại": ("dates", None),
        "Ngày kích hoạt gói": ("dates", None),
        "SĐT liên hệ": ("msisdn", None),
        "Điện thoại liên hệ": ("msisdn", None),
        "Người đăng ký": ("names", None),
        "Họ tên người giới thiệu": ("names", None),
        "Ngày sinh người giám hộ": ("dates", None),
        "CMND người giám hộ": ("personal numbers", None),
        "Mã NV": ("codes", None),
        "Ghi chú": ("notes", None),
        "Ngày HĐ": ("dates", None),
        "Quận/Huyện": ("provinces", None),
        "Tỉnh KH": ("provinces", None),
        "Số lượng": ("numbers", None),
        "Số TK": ("numbers", None),
        "Ảnh 1": ("files", None),
        "Ảnh 2": ("files", None),
        "Khóa 1C": ("flags", None),
        "Mã": ("codes", None),
        "GT": ("sexes", None),
        "Ngày": ("dates", None),
    },
    "without diacritics": {
        "khsothuebao": ("msisdn", "msisdn"),
        "ngay_sinh_kh": ("dates", "date_of_birth"),
        "01_loai_gt": ("kinds", "id_type"),
        "c03_noi_cap": ("offices", "id_issue_place"),
        "dc_dgd": ("addresses", "pos_address"),
        "ma_dgd_kh": ("codes", "pos_code"),
        "tinh_tp_dk": ("provinces", "province"),
        "tg_chup_anh": ("times", "portrait_taken_at"),
        "tgian_dk_tttb": ("times", "registered_at"),
        "ngay_cham_dut_hd": ("dates", "terminated_at"),
        "doi_tuong_kh": ("customers", "subscriber_kind"),
        "sdt_nguoi_than": ("msisdn", None),
        "ngay_gia_han_gt": ("dates", None),
        "ma_vung": ("numbers", None),
    },
}


@pytest.mark.parametrize("style", STYLES)
def test_headers_of_carriers_are_proposed_rightly_or_not_for_sure(style) -> None:
    found = proposals({header: values for header, (values, _) in STYLES[style].items()})
    assert sure(found) == {header: column for header, (_, column) in STYLES[style].items() if column}
    taken = [proposal.column for proposal in found.values() if proposal.column]
    assert len(taken) == len(set(taken))


@pytest.mark.parametrize("column", columns())
def test_what_is_known_is_certain(column) -> None:
    for header in columns()[column].headers:
        assert proposals({header: "nothing"})[header] == Proposal(0, header, column, 1.0, "known")


def test_values_refute_a_name() -> None:
    assert sure(proposals({"Ngày sihn": "dates"})) == {"Ngày sihn": "date_of_birth"}
    for values in ("names", "msisdn", "notes", "nothing"):
        assert sure(proposals({"Ngày sihn": values})) == {}
    assert proposals({"Ngày sihn": "names"})["Ngày sihn"].column is None


def test_values_alone_propose_and_are_never_sure() -> None:
    found = proposals({"F1": "msisdn", "F2": "payments", "F3": "sims", "F4": "names", "F5": "dates", "F6": "flags"})
    assert {header: p.column for header, p in found.items()} == {
        "F1": "msisdn",
        "F2": "payment_type",
        "F3": "sim_serial",
        "F4": None,
        "F5": None,
        "F6": None,
    }
    assert {p.why for p in found.values() if p.column} == {"values"}
    assert sure(found) == {}


def test_one_column_is_proposed_once_and_a_known_header_goes_first() -> None:
    assert proposals({"KH_NgaySinh": "dates", "Ngày sinh": "dates"})["KH_NgaySinh"].column is None
    rivals = proposals({"TB_NgaySinh": "dates", "KH_NgaySinh": "dates"})
    assert sure(rivals) == {}
    assert [p.column for p in rivals.values()].count("date_of_birth") == 1


def test_a_mapping_is_certain_and_what_it_switches_off_is_not_proposed() -> None:
    mapping = Mapping("m.toml", {"msisdn": "Máy", "sex": ""})
    found = proposals({"Máy": "msisdn", "KH_SoTB": "msisdn", "Giới tính": "sexes", "KH_GioiTinh": "sexes"}, mapping)
    assert found["Máy"] == Proposal(0, "Máy", "msisdn", 1.0, "mapping")
    assert [found[name].column for name in ("KH_SoTB", "Giới tính", "KH_GioiTinh")] == [None, None, None]


def test_words_of_a_header() -> None:
    assert words("KH_SoGiayTo") == ("khachhang", "so", "giay", "to")
    assert words("ĐịaChỉ của IDNumber2") == ("dia", "chi", "id", "number2")
    assert words("(*)") == ()


# -- a mapping file written --------------------------------------------------------------------------------------


def header_again(text: str, names: Sequence[str], tmp_path: Path) -> Header:
    return map_header("x.csv", names, mapping_of(tmp_path / "again.toml", text))


def test_what_is_saved_gives_the_same_header_again(tmp_path: Path) -> None:
    for style in STYLES.values():
        found = proposals({header: values for header, (values, _) in style.items()})
        text = mapping_text(list(found.values()), "viettel_2026-10.csv", None)
        header = header_again(text, list(style), tmp_path)
        assert header.canonical == tuple(column for _, column in style.values())
        for header_name in style:
            assert escaped(header_name) in text


def test_a_mapping_file_tells_how_sure_it_is() -> None:
    text = mapping_text(
        list(proposals({"Số TB": "msisdn", "Ngày sihn": "dates", "Mã": "codes"}).values()), "a/b 1.csv", "X"
    )
    lines = text.splitlines()
    assert lines[0].startswith("# How the columns of b 1.csv are understood.")
    assert lines[1].startswith('# files = ["b*"]')
    assert lines[2].startswith('operator = "X"')
    assert 'msisdn = "Số TB"             # 100 %: known header' in lines
    assert "date_of_birth = \"Ngày sihn\"  # 91 %: similar to 'Ngày sinh'" in lines
    assert any(line.startswith('# pos_code = "Mã"') and "%: similar" in line for line in lines)
    assert any("sim_serial" in line for line in lines if line.startswith("# columns that"))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_hostile_headers_stay_within_their_string_and_comment(tmp_path: Path, lang) -> None:
    from thuebao.base import messages as texts

    before = texts.language()
    texts.use_language(lang)
    try:
        chosen = [
            Proposal(0, HOSTILE[0], "msisdn", 1.0, "mapping"),
            Proposal(1, HOSTILE[1], "sex", 0.5, "similar", HOSTILE[2]),
        ]
        for n, header in enumerate(HOSTILE):
            others = [Proposal(k, name, None, 0.0, "similar") for k, name in enumerate(HOSTILE)]
            text = mapping_text(
                [Proposal(n, header, "address", 0.9, "similar", header), *chosen, *others], header, header
            )
            document = tomllib.loads(text)
            assert document["columns"] == {"msisdn": HOSTILE[0], "address": header}
            assert document["operator"] == header
            assert "files" not in document
            assert not any(sign < " " or "\x7f" <= sign <= "\x9f" for sign in text.replace("\n", ""))
            assert not set(text) & set("\u202e\u2028\U000e0041\ufeff")
            assert set(tomllib.loads(text.replace("# files", "files"))["files"][0]) >= {"*"}
    finally:
        texts.use_language(before)
    for header in filter(str.strip, HOSTILE):  # what is blank is no header
        text = mapping_text([Proposal(0, header, "msisdn", 1.0, "mapping")], "x.csv", None)
        assert header_again(text, [header, "x"], tmp_path).canonical == ("msisdn", None)


def test_a_mapping_file_is_its_owners_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    out, given = tmp_path / "m.toml", [Proposal(0, "Số", "msisdn", 1.0, "mapping")]
    write_mapping(out, given, "x.csv", None, force=False)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert read_mapping(out).columns == {"msisdn": "Số"}
    out.write_text("mine")
    with pytest.raises(UsageError, match="--force"):
        write_mapping(out, given, "x.csv", None, force=False)
    assert out.read_text() == "mine"
    write_mapping(out, given, "x.csv", None, force=True)
    assert read_mapping(out).columns == {"msisdn": "Số"}
    with pytest.raises(UsageError, match="export itself"):
        write_mapping(out, given, str(out), None, force=True)
    assert [path.name for path in tmp_path.iterdir()] == ["m.toml"]


# -- the command -------------------------------------------------------------------------------------------------

RENAMED = {"msisdn": "KH_SoTB", "full_name": "KH_HoTen", "date_of_birth": "Ngày sihn", "sex": "F5"}


def renamed(count: int = 6) -> list[dict[str, str]]:
    return [{RENAMED.get(column, column): value for column, value in record.items()} for record in people(count)]


def test_columns_proposes_and_saves_what_columns_and_audit_use(desk: Desk, cli: Command) -> None:
    desk.export("vina_10.csv", *renamed())
    done = cli("columns", "vina_10.csv", "--save", "m.toml", COLUMNS=160)
    assert done.code == 0
    assert "m.toml" in done.err
    assert "msisdn ?" in done.out
    assert "93 %" in done.out
    assert person(0)["msisdn"] not in done.out
    assert "F5" in done.out
    assert set(read_mapping(Path("m.toml")).columns) >= {"msisdn", "full_name", "date_of_birth", "address"}
    again = cli("columns", "vina_10.csv", "--mapping", "m.toml", COLUMNS=160)
    assert again.code == 0
    assert "msisdn ?" not in again.out
    audited = cli("audit", "vina_10.csv", "--mapping", "m.toml", "--format", "json", "--fail-on", "never")
    assert audited.code == 0
    [given] = audited.document["inputs"]
    assert given["columns"]["msisdn"] == "KH_SoTB"
    assert "msisdn" not in given["absent"]


def test_a_file_of_which_nothing_is_recognised_is_proposed_for(desk: Desk, cli: Command) -> None:
    records = [{"KH_SoTB": p["msisdn"], "KH_HoVaTen": p["full_name"], "F": p["id_number"]} for p in people(6)]
    desk.export("vina.csv", *records)
    assert cli("audit", "vina.csv").code == 3
    assert cli("columns", "vina.csv", "--save", "m.toml").code == 0
    assert read_mapping(Path("m.toml")).columns == {"msisdn": "KH_SoTB", "full_name": "KH_HoVaTen"}
    assert cli("audit", "vina.csv", "--mapping", "m.toml", "--fail-on", "never").code == 0


def test_two_carriers_with_a_mapping_each(desk: Desk, cli: Command) -> None:
    desk.write("a.toml", 'files = "viettel*"\n[columns]\nmsisdn = "Số A"\n')
    desk.write("b.toml", 'files = ["b*"]\noperator = "VinaPhone"\n[columns]\nmsisdn = "Số B"\nsex = ""\n')
    for name, header in (("viettel.csv", "Số A"), ("b.csv", "Số B")):
        desk.export(name, *({header if c == "msisdn" else c: v for c, v in p.items()} for p in people(2)))
    arguments = ("--mapping", "a.toml", "--mapping", "b.toml", "--format", "json", "--fail-on", "never")
    done = cli("audit", "viettel.csv", "b.csv", *arguments)
    assert done.code == 0
    first, second = done.document["inputs"]
    assert (first["columns"]["msisdn"], second["columns"]["msisdn"]) == ("Số A", "Số B")
    assert "sex" in second["absent"]
    assert {operator["operator"] for operator in done.document["operators"]} == {"Viettel", "VinaPhone"}


@pytest.mark.parametrize("command", ["columns", "audit"])
def test_a_mapping_that_does_not_fit_ends_with_one_message(desk: Desk, cli: Command, command) -> None:
    desk.export("vina.csv")
    desk.write("absent.toml", '[columns]\nmsisdn = "Số máy"\n')
    desk.write("twice.toml", '[columns]\nmsisdn = "a"\nmsisdn = "b"\n')
    done = cli(command, "vina.csv", "--mapping", "absent.toml")
    assert done.code == 3
    one_message(done, "vina.csv", "absent.toml", "Số máy", "msisdn")
    done = cli(command, "vina.csv", "--mapping", "twice.toml")
    assert done.code == 2
    one_message(done, "twice.toml", "'a'", "'b'", "msisdn")


def test_saving_refuses_what_would_be_lost(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.write("m.toml", "mine")
    before = (desk.path / "vina.csv").read_bytes()
    for arguments in (("--save", "m.toml"), ("--save", "vina.csv", "--force"), ("--force",)):
        done = cli("columns", "vina.csv", *arguments)
        assert (done.code, done.out) == (2, "")
    assert ((desk.path / "m.toml").read_text(), (desk.path / "vina.csv").read_bytes()) == ("mine", before)
    assert cli("columns", "vina.csv", "--save", "m.toml", "--force").code == 0
    assert read_mapping(Path("m.toml")).columns["msisdn"] == "msisdn"
    assert desk.files() == {"vina.csv", "m.toml"}


def test_what_a_mapping_switches_off_stays_off_when_it_is_saved_again(desk: Desk, cli: Command) -> None:
    desk.export("vina.csv")
    desk.write("m.toml", '[columns]\nsex = ""\n')
    assert cli("columns", "vina.csv", "--mapping", "m.toml", "--save", "n.toml").code == 0
    assert read_mapping(Path("n.toml")).columns["sex"] == ""

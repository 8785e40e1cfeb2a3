"""Which code the text of a coded column names (catalogue §2): listed words, denials, texts that say neither."""

import csv
from pathlib import Path

import polars as pl
import pytest

import thuebao
from thuebao.facts import codes
from thuebao.facts.codes import code_finder
from thuebao.facts.kernel import Kernel
from thuebao.facts.text import Cleaning
from thuebao.rulebook.reference import Reference, rules_home

NONE = "none"

TEXTS = {
    "sex": {
        "male": ["Nam", "M", "male", "1", "M - Nam", "1.0", "NAM"],
        "female": ["Nữ", "F", "0", "2", "Nu", "Female", "F - Nữ", "0.0"],
        NONE: ["Nam/Nữ", "1 - Nữ", "x", "không nam", "khác"],
    },
    "payment_type": {
        "postpaid": [
            *["Trả sau", "TB trả sau", "Thuê bao trả sau", "TT sau", "thanh toán sau", "TS", "TSAU", "Postpaid"],
            *["postpay", "post", "post-paid", "tra_sau"],
        ],
        "prepaid": ["Trả trước", "TT", "TT trước", "pre", "PREPAID", "tra_truoc", "thanh toán trước", "Pre-paid"],
        NONE: ["TT/TS", "Trả trước/Trả sau", "Combo", "không trả trước", "chưa trả sau", "non-prepaid", "3"],
    },
    "status": {
        "active": [
            *["Đang hoạt động", "HĐ", "Bình thường", "Đã kích hoạt", "ACTIVE", "Mở khóa 2 chiều", "2 chiều mở"],
            *["Mở 2C", "Hoạt động hai chiều", "hoạt động 2 chiều"],
        ],
        "one_way": [
            *["Khóa 1 chiều", "Chặn một chiều", "Khoá 1C", "1 chiều", "một chiều", "1C", "hoạt động 1 chiều"],
            *["Chặn chiều đi", "hoạt động chiều đi", "one_way", "one-way", "Tạm dừng dịch vụ một chiều"],
            *["TAM DUNG 1 CHIEU", "Ngưng 1 chiều", "ngừng 1 chiều", "cắt chiều đi", "Bị khóa 1 chiều"],
        ],
        "two_way": [
            *["Khóa 2 chiều", "Chặn hai chiều", "KHOA 2C", "tạm dừng dịch vụ hai chiều", "cắt 2 chiều", "Two Way"],
            *["Ngừng hoạt động 2 chiều", "ngưng hai chiều", "Khóa hai chiều do không bổ sung TTTB"],
        ],
        "terminated": [
            *["Hủy", "Đã hủy", "Huỷ", "Chấm dứt", "Thanh lý HĐ", "Thu hồi", "cắt", "Cancelled", "canceled"],
            *["DEACTIVATED", "Terminated", "Bị cắt"],
        ],
        NONE: [
            *["Khóa", "tạm khóa", "Ngừng hoạt động", "không hoạt động", "chưa kích hoạt", "Chưa được kích hoạt"],
            *["không còn hoạt động", "inactive", "Mở khóa 1 chiều", "mở chặn chiều đi", "2 chiều", "hai chiều"],
            *["chiều đi", "chưa hủy", "Không phải hủy", "chưa khóa 2 chiều", "Khóa chiều đến", "cắt chiều đến"],
            *["non-active", "not active", "dừng hoạt động", "hết hoạt động", "ngưng kích hoạt", "7", "chờ xử lý"],
        ],
    },
    "subscriber_kind": {
        "organisation": [
            *["Tổ chức", "DN", "TC", "KHDN", "Cá nhân thuộc tổ chức", "Doanh nghiệp - CN Hà Nội", "Công ty"],
            *["company", "organization", "organisation"],
        ],
        "individual": ["Cá nhân", "CN", "KHCN", "VNS", "individual", "Khách hàng cá nhân"],
        NONE: ["CN Hà Nội", "1", "không phải tổ chức", "Khách hàng VNS cũ"],
    },
    "pos_kind": {
        "online": ["Website", "eKYC", "Tự đăng ký", "App", "Trực tuyến", "ONLINE", "Cửa hàng online"],
        "authorised": ["Đại lý", "Điểm ủy quyền", "authorised", "Uỷ quyền"],
        "own_mobile": ["Lưu động", "own mobile", "own_mobile"],
        "own_fixed": ["Cửa hàng", "Điểm cố định", "own-fixed"],
        NONE: ["My Viettel", "không online", "offline", "Chưa ủy quyền", "app2"],
    },
    "connection_kind": {
        "m2m": ["non-h2h", "Không phải H2H", "M2M", "IoT", "NON H2H"],
        "h2h": ["H2H", "Kết nối H2H"],
        NONE: ["không H2H", "not h2h", "4G", "không phải M2M"],
    },
    "usage_kind": {
        "self": ["Bản thân", "chính chủ", "self", "cho bản thân"],
        "child": ["Con", "con đẻ", "child"],
        "ward": ["Người được giám hộ", "ward"],
        "device": ["Thiết bị", "device"],
        "employee": ["Nhân viên", "Cá nhân thuộc tổ chức", "employee"],
        NONE: ["không phải chính chủ", "khác"],
    },
} | {
    f"matched_{what}": {
        "no": ["Không", "không khớp", "Chưa khớp", "Sai", "No", "N", "FALSE", "0", "Không đúng"],
        "yes": ["Có", "Khớp", "Đúng", "yes", "y", "true", "1", "Đúng, khớp"],
        NONE: ["80 %", "chưa đúng", "chưa có kết quả", "không sai"],
    }
    for what in ("id_number", "name", "birth_date", "face")
}


def rule(code: str, violation: str) -> str:
    return f'[[rule]]\ncode = "{code}"\nname = "{code.lower()}"\nseverity = "info"\nviolation = "{violation}"\n\n'


def found(folder: Path, column: str, texts: list[str], conditions: list[str]) -> list[set[str]]:
    """Return for each text which conditions hold on a record with it in a column."""
    rules, path, findings = folder / "rules", folder / "viettel.csv", folder / "findings.parquet"
    rules.mkdir()
    codes = {f"XX{number:03}": condition for number, condition in enumerate(conditions)}
    (rules / "own.toml").write_text("".join(rule(*item) for item in codes.items()), "utf-8")
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["msisdn", column], *(["0981234567", text] for text in texts)])
    thuebao.audit(path, rules=[rules], select=list(codes), findings=findings)
    held: list[set[str]] = [set() for _ in texts]
    for number, code in pl.read_parquet(findings).select("record", "code").iter_rows():
        held[number - 1].add(codes[code])
    return held


@pytest.mark.parametrize("column", TEXTS)
def test_texts_of_coded_columns(column: str, tmp_path: Path) -> None:
    named = [(text, code) for code, texts in TEXTS[column].items() for text in texts]
    conditions = {f"{column}_code = '{code}'": code for code in TEXTS[column] if code != NONE}
    conditions[f"NOT {column}_recognised"] = NONE
    held = found(tmp_path, column, [text for text, _ in named], list(conditions))
    assert [(text, [conditions[c] for c in each]) for (text, _), each in zip(named, held, strict=True)] == [
        (text, [code]) for text, code in named
    ]


def test_what_is_missing_is_neither_recognised_nor_not(tmp_path: Path) -> None:
    conditions = ["status_recognised", "NOT status_recognised", "has_status"]
    assert found(tmp_path, "status", ["", "N/A", "không có", "HĐ"], conditions) == [
        *[set()] * 3,
        {"status_recognised", "has_status"},
    ]


def test_a_column_of_many_texts_is_read_as_one_of_few(tmp_path: Path) -> None:
    texts = [f"{number} {word}" for number in range(100, 400) for word in ("Hủy", "Đang hoạt động", "Khóa")]
    held = found(tmp_path, "status", texts, ["status_code = 'terminated'", "status_code = 'active'"])
    assert held == [{"status_code = 'terminated'"}, {"status_code = 'active'"}, set()] * 300


def test_words_of_a_column_are_put_together_only_where_there_are_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    reference, made = Reference(rules_home()), []

    def noted(of: Reference, column: str) -> Kernel:
        made.append(column)
        return code_finder(of, column)

    monkeypatch.setattr(codes, "code_finder", noted)
    facts = codes.coded_facts(reference, Cleaning(reference))
    records = pl.DataFrame({"~sex": ["Nam", None], "~status": ["-", None]}, schema_overrides={"~status": pl.String})
    found = records.select(facts[name].alias(name) for name in ("_sex_kind", "_status_kind", "sex", "status"))
    assert [column.to_list() for column in found] == [["male", None], [None, None], ["male", None], [None, None]]
    assert made == ["sex"]

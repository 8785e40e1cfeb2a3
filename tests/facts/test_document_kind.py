"""Which kind of document a text names, and what follows from the number where it names none (catalogue §2)."""

import pytest

# Text of id_type → a number that only this kind has in its form, and one that it has not.
FORMS = {
    "cmnd": ("012896345", "C4829173"),
    "twelve digits": ("001090012345", "012896345"),
    "passport": ("C4829173", "001090012345"),
}
NAMES = {
    "cmnd": ["CMND", "cmnd", "CMT", "CMTND", "Chứng minh nhân dân", "Giấy chứng minh", "CHUNG MINH THU", "CMND 9 số"],
    "twelve digits": [
        *["CCCD", "Căn cước công dân", "can_cuoc_cong_dan", "CCCD gắn chip", "Thẻ CCCD/căn cước công dân", "cccd"],
        *["Căn cước", "Thẻ căn cước", "CC", "can_cuoc", "thẻ CC"],
        *["Căn cước điện tử", "VNeID", "Tài khoản định danh điện tử (VNeID)", "e_id", "E-ID VNeID"],
        *["Giấy chứng nhận căn cước", "certificate"],
    ],
    "passport": ["Hộ chiếu", "HC", "PP", "Passport", "Hộ chiếu (Passport)", "ho_chieu", "passport"],
}
NOT_PERSONAL = {
    "military": ["Chứng minh sĩ quan", "CMT quân nhân", "Giấy tờ quân đội", "Chứng minh công an nhân dân", "CMTQD"],
    "other": ["Giấy phép lái xe", "GPLX", "Thẻ bảo hiểm y tế", "BHYT", "Sổ hộ khẩu", "Thẻ sinh viên", "CMTQĐ, GPLX"],
    "unnamed": ["khác", "Loại khác", "GIẤY TỜ KHÁC", "other"],
    "legal": [
        *["Giấy phép kinh doanh", "GPKD", "ĐKKD", "ĐKDN", "GCNĐKDN", "GCNĐKKD", "Giấy chứng nhận đăng ký kinh doanh"],
        *["Đăng ký hộ kinh doanh", "Đăng ký doanh nghiệp", "Giấy chứng nhận pháp nhân", "Giấy phép đầu tư"],
        *["Giấy chứng nhận đầu tư", "Chứng nhận đăng ký đầu tư", "Giấy phép thành lập", "Quyết định thành lập"],
        *["Mã số thuế", "MST", "legal"],
    ],
}
UNKNOWN = ["1", "ID", "KCC", "CCX", "CMNDX", "giấy tờ tùy thân", "căn", "thẻ", "loại giấy tờ khác", "hc2"]
SEVERAL = ["CMND/CCCD", "CCCD hoặc hộ chiếu", "CMND, CC", "HC/CMT", "Căn cước/Căn cước công dân", "VNeID/CCCD"]


def each(texts: list[str], **more: str) -> list[dict[str, str]]:
    return [{"id_type": text, **more} for text in texts]


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_says_the_kind(violated, kind: str) -> None:
    names = NAMES[kind]
    sound, unsound = ([{"id_type": name, "id_number": number} for name in names] for number in FORMS[kind])
    assert violated(sound, "ID104", "ID107") == [set()] * len(names)
    assert violated(unsound, "ID104", "ID107") == [{"ID104"}] * len(names)


def test_cards_and_passports_are_told_apart(violated) -> None:
    """Cards are no document of foreigners, and only those of 1999 to 2024 were issued from the age of 14."""
    foreign = {"nationality": "Lào"}
    cards = ["CMND", "CCCD", "Căn cước", "CC"]
    others = ["VNeID", "Giấy chứng nhận căn cước", "Hộ chiếu", "PP", "CMTQD", "GPLX", "7"]
    assert violated(each([*cards, *others], **foreign), "ID143") == [{"ID143"}] * 4 + [set()] * len(others)
    child = {"date_of_birth": "20/05/2015", "id_issue_date": "15/08/2024"}
    kinds = ["CMND", "CCCD", "Căn cước", "VNeID", "Giấy chứng nhận căn cước", "Hộ chiếu"]
    assert violated(each(kinds, **child), "ID125") == [{"ID125"}] * 2 + [set()] * 4


def test_papers_that_are_no_identity_document(violated) -> None:
    decree_49, decree_163 = {"registered_at": "15/06/2019"}, {"registered_at": "05/05/2025"}
    for name, texts in NOT_PERSONAL.items():
        before = violated(each(texts, **decree_49), "ID103", "ID104", "ID107")
        now = violated(each(texts, **decree_163), "ID103", "ID104", "ID107")
        assert before == [{"ID103"}] * len(texts), name
        expected: set[str] = set() if name in {"military", "unnamed"} else {"ID103"}
        # The last of the others names a military paper too, which goes first.
        assert now[:-1] == [expected] * (len(texts) - 1), name
        assert now[-1] == (set() if texts[-1].startswith("CMTQĐ") else expected), name


def test_an_organisations_paper_is_judged_by_one_rule_at_most(violated) -> None:
    wrong = {
        "id_type": "GPKD",
        "id_number": "12",
        "id_issue_date": "31/02/2025",
        "id_issue_place": "",
        "full_name": "Công ty 2",
        "date_of_birth": "31/02/1990",
        "nationality": "Sao Hỏa",
    }
    organisation = wrong | {"organisation_name": "Công ty TNHH Sao Mai", "connection_kind": "H2H"}
    individual, users = violated([wrong, organisation], "PER", "ID", "MIN")
    assert {code for code in individual if code.startswith("ID")} == {"ID103"}
    assert {"PER102", "PER112", "PER122"} <= individual
    assert users == set()


def test_what_is_not_recognised_is_said_and_judged_by_its_number(violated) -> None:
    assert violated(each(UNKNOWN, id_number="001090012345"), "ID104", "ID107") == [{"ID107"}] * len(UNKNOWN)
    assert violated(each(UNKNOWN, id_number="0010900123"), "ID104", "ID107") == [{"ID104", "ID107"}] * len(UNKNOWN)


def test_a_text_that_names_several_says_none(violated) -> None:
    rules = ("ID104", "ID107", "ID142")
    assert violated(each(SEVERAL, id_number="012896345"), *rules) == [{"ID142"}] * len(SEVERAL)
    assert violated(each(SEVERAL, id_number="001090012345"), *rules) == [set()] * len(SEVERAL)
    assert violated(each(SEVERAL, id_number="C4829173"), *rules) == [set()] * len(SEVERAL)
    assert violated(each(SEVERAL, id_number="0128963"), *rules) == [{"ID104"}] * len(SEVERAL)


@pytest.mark.parametrize(
    ("number", "more", "codes"),
    [
        ("012896345", {}, {"ID142"}),  # nine digits: CMND
        ("001090012345", {}, set()),  # twelve digits: CCCD
        ("001090012345", {"id_issue_date": "15/08/2013"}, {"ID142"}),  # …of 2013: the twelve-digit CMND
        ("001090012345", {"id_issue_date": "31/12/2015"}, {"ID142"}),
        ("001090012345", {"id_issue_date": "01/01/2016"}, set()),
        ("C4829173", {}, set()),
        ("P04829173", {}, set()),
        ("C482917", {}, {"ID104"}),  # of no kind
        ("C482917", {"nationality": "Lào"}, set()),  # a foreigner's paper: a passport
        ("001090012345", {"nationality": "Lào"}, {"ID104"}),
        ("001090012345", {"nationality": "Sao Hỏa"}, set()),
    ],
)
def test_a_missing_type_follows_from_the_number(violated, number: str, more: dict[str, str], codes: set[str]) -> None:
    record = {"id_type": "", "id_number": number} | more
    assert violated([record], "ID104", "ID124", "ID142", "ID143") == [codes]


@pytest.mark.parametrize(
    ("issued", "codes"),
    [("31/12/2015", {"ID124"}), ("01/01/2016", {"ID125"}), ("30/06/2024", {"ID125"}), ("01/07/2024", set())],
)
def test_can_cuoc_was_a_loose_name_of_the_cccd(violated, issued: str, codes: set[str]) -> None:
    record = {
        "id_type": "Căn cước",
        "id_issue_date": issued,
        "date_of_birth": "20/05/2012",
        "id_number": "001212012345",
    }
    assert violated([record], "ID124", "ID125") == [codes]

"""The oracle of the rules across records itself: identities, their names, papers, portraits and numbers.

Worked by hand from the catalogue: for each condition records that fire, and neighbours that do not.
"""

from __future__ import annotations

from typing import ClassVar

import pytest

from oracles.cases import COMPANY, SILENT, both, codes_of, counted, records_of
from oracles.duplicates import check
from oracles.spelling import Record
from oracles.worlds import AS_OF


class TestIdentities:
    OTHER: ClassVar[Record] = {"full_name": "Trần Thị Bình"}

    def test_kinds_of_paper_with_one_personal_number_are_one_identity(self) -> None:
        for kind in (
            "VNeID",
            "Căn cước",
            "Giấy chứng nhận căn cước",
            "CMND",
            "CMND/CCCD",
            "CCCD/Hộ chiếu",
            "Hộ chiếu, VNeID",
            "GTTT",
            None,
        ):
            assert codes_of({}, self.OTHER | {"id_type": kind}) == both("DUP121")
        for kind in ("Hộ chiếu", "GPLX", "Khác", "Chứng minh sĩ quan", "GPKD"):
            assert codes_of({}, self.OTHER | {"id_type": kind}) == SILENT

    def test_nine_digits_are_a_cmnd(self) -> None:
        paper: Record = {"id_type": "CMND", "id_number": "012345670"}
        for kind in ("Chứng minh thư", None, "CMND/CCCD", "Căn cước/CMT", "CCCD hoặc HC", "GTTT"):
            assert codes_of(paper, paper | self.OTHER | {"id_type": kind}) == both("DUP121")
        assert codes_of(paper, paper | self.OTHER | {"id_type": "CCCD"}) == SILENT
        assert codes_of(paper, paper | self.OTHER | {"id_type": None, "nationality": "Lào"}) == SILENT

    def test_passports_by_nationality(self) -> None:
        def passports(one: str | None, other: str | None, number: str = "M1830275") -> bool:
            paper: Record = {"id_type": "Passport", "id_number": number}
            fires = codes_of(paper | {"nationality": one}, paper | self.OTHER | {"nationality": other})
            assert fires in (both("DUP121"), SILENT)
            return fires != SILENT

        assert passports("Hàn Quốc", "KR")
        assert passports("Mỹ", "US")
        assert passports("Nga", "RUS")
        assert not passports("Mỹ", "MY")
        assert not passports("", "Atlantis")
        assert not passports("NA", "NA")
        assert passports("KR", "KR", "12345")
        assert not passports("KR", "KR", "1234")
        assert not passports("VN", "VN", "12345")
        assert passports("VN", "Việt Nam", "B1234568")

    def test_the_kind_follows_from_the_number_and_the_nationality(self) -> None:
        paper: Record = {"id_type": None, "id_number": "AB123457", "nationality": "KR"}
        assert codes_of(paper, paper | self.OTHER | {"id_type": "Passport"}) == both("DUP121")
        assert codes_of(paper, paper | self.OTHER | {"nationality": "Atlantis"}) == SILENT

    @pytest.mark.parametrize(
        "number", ["00109001234", "123456789012", "111111111111", "00109001234O", "", "0109012345.0"]
    )
    def test_no_key(self, number: str) -> None:
        assert codes_of({"id_number": number}, self.OTHER | {"id_number": number}) == SILENT
        assert counted("DUP121", {}, {"id_number": number}) == [True, False]

    def test_machines_of_organisations_have_no_key(self) -> None:
        company = COMPANY | self.OTHER
        assert codes_of({}, company) == both("DUP121")
        for change in ({"connection_kind": "m2m"}, {"usage_kind": "device"}, {"connection_kind": "x"}):
            assert codes_of({}, company | change) == SILENT
        assert codes_of({}, self.OTHER | {"connection_kind": "m2m"}) == both("DUP121")
        assert codes_of({}, self.OTHER | {"connection_kind": "x"}) == both("DUP121")

    def test_an_unknown_kind_of_subscriber_is_judged_like_an_organisation(self) -> None:
        unknown = self.OTHER | {"subscriber_kind": "khác"}
        assert codes_of({}, unknown) == both("DUP121")
        assert codes_of({}, unknown | {"connection_kind": "m2m"}) == SILENT

    def test_only_valid_birth_dates_differ(self) -> None:
        for same in ("1990-08-15T00:00:00", "31/02/1990", "1991", "00/00/1991", "02/1991", "", "01/01/0001"):
            assert codes_of({}, {"date_of_birth": same}) == SILENT
        assert codes_of({}, {"date_of_birth": "01/01/1970"}) == both("DUP122")
        assert codes_of({}, {"date_of_birth": "16/08/1990"}, {"date_of_birth": ""}) == [{"DUP122"}] * 3
        assert counted("DUP122", {}, {"date_of_birth": ""}, {"id_number": None}) == [True, True, False]


class TestNames:
    def differs(self, one: str | None, other: str | None) -> bool:
        fires = codes_of({"full_name": one}, {"full_name": other})
        assert fires in (both("DUP121"), SILENT)
        return fires != SILENT

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Nguyễn Văn An", "NGUYEN  VAN AN"),
            ("Nguyễn Văn An", "Nguyễn Văn Ân"),
            ("Đỗ Đạt", "Ðo dat"),
            ("H'Hen Niê", "H’Hen Nie"),
            ("K' Sor", "K'Sor"),
            ("Jean-Luc", "Jean Luc"),
            ("Hòa.", "Hoà"),
            ("Nguyễn Thị Lý", "Nguyễn Thị Lí"),
            ("Jörg Strauß", "Jorg Strauss"),
            ("Søren Łuk", "Soren Luk"),
        ],
    )
    def test_one_name(self, one: str, other: str) -> None:
        assert not self.differs(one, other)

    def test_two_names(self) -> None:
        assert self.differs("Nguyễn Văn An", "Nguyễn Văn Anh")
        assert codes_of({}, {"full_name": "Nguyễn Văn Anh"}, {"full_name": None}) == [{"DUP121"}] * 3
        assert counted("DUP121", {}, {"full_name": None}, {"id_number": None}) == [True, True, False]

    def test_titles(self) -> None:
        for title in ("Ông ", "BÀ ", "chị ", "Anh ", "ONG ", "CHI ", "ong. ", "Ba.", "Chi. ", "Mr. ", "MRS ", "ms."):
            assert not self.differs("Văn An", title + "Văn An")
        for name in ("Bá ", "BA ", "Ba ", "Ong ", "Chi "):
            assert self.differs("Văn An", name + "Văn An")
        assert self.differs("An", "Mr. An")
        assert not self.differs("Bá Văn An", "BA VAN AN")

    @pytest.mark.parametrize(
        "name",
        [
            "Nguyễn Văn 1",
            "***!",
            "A a a",
            "Khách lẻ",
            "KHACH-HANG",
            "chưa có tên",
            "Test",
            "Nguy?n V?n An",
            "Nguyá»…n An",
            "Nguy\ufffdn An",
            "NguyÔn V¨n An",
            "Nguyeãn Vaên An",
        ],
    )
    def test_what_is_no_name_adds_none_but_is_listed(self, name: str) -> None:
        assert codes_of({}, {"full_name": name}) == SILENT
        assert codes_of({}, {"full_name": name}, {"full_name": "Trần Thị Bình"}) == [{"DUP121"}] * 3


class TestNearDocuments:
    NEAR: ClassVar[Record] = {"id_number": "001090012346"}

    def test_a_number_with_one_other_character(self) -> None:
        assert codes_of({}, self.NEAR) == both("DUP123")
        assert codes_of({}, {"id_number": "001090012356"}) == SILENT
        assert codes_of({}, {"id_number": "00109001234"}) == SILENT
        assert codes_of({}, {}) == SILENT
        assert codes_of({}, self.NEAR, {"id_number": "001090055555"}) == [{"DUP123"}, {"DUP123"}, set()]

    def test_the_name_as_it_is_written_apart_from_its_case(self) -> None:
        assert codes_of({}, self.NEAR | {"full_name": "NGUYỄN VĂN AN"}) == both("DUP123")
        assert codes_of({}, self.NEAR | {"full_name": "Nguyen Van An"}) == SILENT

    @pytest.mark.parametrize(
        ("column", "other"),
        [("date_of_birth", "16/08/1990"), ("id_issue_date", "21/05/2021"), ("id_issue_place", "BỘ CÔNG AN")],
    )
    def test_the_same_birth_and_issue(self, column: str, other: str) -> None:
        assert codes_of({}, self.NEAR | {column: other}) == SILENT
        for nothing in (None, "-"):
            assert codes_of({column: nothing}, self.NEAR | {column: nothing}) == SILENT
            assert counted("DUP123", {}, {column: nothing}) == [True, False]

    def test_a_year_is_no_birth_date(self) -> None:
        assert codes_of({"date_of_birth": "1990"}, self.NEAR | {"date_of_birth": "1990"}) == SILENT

    def test_a_missing_number_is_counted(self) -> None:
        assert counted("DUP123", {"id_number": None}, {"full_name": None}) == [True, False]


class TestPortraits:
    OTHER: ClassVar[Record] = {"id_number": "001090555555", "full_name": "Bình"}

    def fires(self, text: str, column: str = "portrait_hash") -> bool:
        fires = codes_of({column: text}, self.OTHER | {column: text})
        assert fires in (both("DUP131"), SILENT)
        return fires != SILENT

    def test_two_identities(self) -> None:
        face: Record = {"portrait_hash": "ab"}
        assert codes_of(face, self.OTHER | face, face | {"id_number": ""}) == [{"DUP131"}] * 3
        assert codes_of(face, face | {"id_number": ""}) == SILENT
        assert codes_of(face, self.OTHER | {"portrait_hash": "abc"}) == SILENT

    def test_no_fall_back_within_a_file_that_has_hashes(self) -> None:
        assert not self.fires("anh/ab.jpg", "portrait_ref")
        records = records_of({"portrait_ref": "anh/ab.jpg"}, self.OTHER | {"portrait_ref": "anh/ab.jpg"})
        for record in records:
            del record["portrait_hash"]
        assert check(records, AS_OF).fires == {(0, "DUP131"), (1, "DUP131")}

    @pytest.mark.parametrize(
        "text", ["có", "YES", "y", "true", "x", "1", "Đã có", "không", "no", "N", "false", "0", "chưa"]
    )
    def test_flags_are_nobody_s_face(self, text: str) -> None:
        assert not self.fires(text)
        assert counted("DUP131", {"portrait_hash": text}, {"portrait_hash": "ab"}) == [False, True]

    @pytest.mark.parametrize(
        "text",
        [
            "no-image.png",
            "anh/No_Image.JPG",
            "C:\\x\\nophoto.jpg",
            "/a/default.png",
            "BLANK",
            "empty",
            "avatar.x",
            "photo",
        ],
    )
    def test_placeholder_images_are_nobody_s_face(self, text: str) -> None:
        assert not self.fires(text)

    @pytest.mark.parametrize("text", ["photo1.jpg", "default/an.jpg", "image.an.jpg", "portrait.png", "2", "xx"])
    def test_their_neighbours_are_faces(self, text: str) -> None:
        assert self.fires(text)


class TestManyNumbers:
    OWN: ClassVar[Record] = {"pos_kind": "own_fixed", "contract_number": "HĐ"}

    def test_ten_numbers(self) -> None:
        elsewhere = self.OWN | {"operator": "FPT"}
        nothing = self.OWN | {"msisdn": None}
        assert codes_of(*[self.OWN] * 9, nothing, self.OWN | {"msisdn": "abc"}) == [set()] * 11
        assert codes_of(*[self.OWN] * 9, elsewhere, nothing) == [*[{"DUP141"}] * 10, set()]
        assert codes_of(*[self.OWN] * 9, elsewhere | {"id_number": "001090555555"}) == [set()] * 10
        assert counted("DUP141", self.OWN, nothing) == [True, False]

    def test_a_number_twice_is_one(self) -> None:
        fires = codes_of(*[self.OWN] * 9, self.OWN | {"msisdn": "0900000000"})
        assert "DUP141" not in set().union(*fires)

    @pytest.mark.parametrize(
        ("numbers", "tier"), [(3, None), (4, "4-9"), (9, "4-9"), (10, "10-19"), (19, "10-19"), (20, "20+")]
    )
    def test_tiers(self, numbers: int, tier: str | None) -> None:
        tiers = check(records_of(*[self.OWN] * numbers, {"msisdn": None}), AS_OF).tiers
        assert {name for name, count in tiers.items() if count} == ({tier} if tier else set())

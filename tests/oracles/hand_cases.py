"""Records on which the wording of the catalogue decides what the row rules find.

Each rule fires on one of them at least, and is evaluated without firing on another.
"""

from __future__ import annotations

Changes = dict[str, str | None]

# Everything is in order: an adult Vietnamese, registered under Decree 163/2024.
GOOD: Changes = {
    "operator": "Viettel",
    "msisdn": "0971234567",
    "full_name": "Nguyễn Văn An",
    "date_of_birth": "15/08/1990",
    "nationality": "Việt Nam",
    "sex": "Nam",
    "id_type": "CCCD",
    "id_number": "001090012345",
    "id_issue_date": "20/05/2021",
    "id_issue_place": "Cục Cảnh sát QLHC về TTXH",
    "address": "Hà Nội",
    "payment_type": "Trả trước",
    "confirmation_ref": "form.pdf",
    "document_scan_ref": "scan.pdf",
    "portrait_ref": "portrait.jpg",
    "portrait_taken_at": "10/03/2025 09:00",
    "registered_at": "10/03/2025 09:30:00",
    "service_started_at": "10/03/2025",
    "status": "Đang hoạt động",
    "clerk_name": "Trần Thị Bình",
    "pos_address": "Hà Nội",
    "pos_phone": "02412345678",
    "usage_kind": "Bản thân",
}


def at(moment: str) -> Changes:
    """All that has a time, moved to another moment."""
    return dict.fromkeys(("registered_at", "portrait_taken_at", "service_started_at"), moment)


D49 = at("10/03/2020 09:30") | {"id_issue_date": "20/05/2019"}
OLD = at("10/03/2014 09:30") | {"id_type": "CMND", "id_number": "012345670", "id_issue_date": "01/02/2010"}
C08 = at("10/05/2026 09:30") | {"authenticated_at": "10/05/2026 09:20"}
C08 |= dict.fromkeys(("matched_id_number", "matched_name", "matched_birth_date", "matched_face"), "Có")
ORGANISATION: Changes = {
    "organisation_name": "Công ty A",
    "organisation_tax_code": "0100233488",
    "organisation_address": "Hà Nội",
    "usage_kind": "Nhân viên",
}
MACHINES = ORGANISATION | {
    **dict.fromkeys(("full_name", "id_type", "id_number", "id_issue_date", "id_issue_place", "date_of_birth")),
    "usage_kind": "Thiết bị",
    "representative_name": "Lê Văn B",
    "representative_id_number": "001090012346",
    "authorisation_ref": "uq.pdf",
}
FOREIGNER: Changes = {"nationality": "Lào", "id_type": "Hộ chiếu", "id_number": "PA123098"}
CHILD: Changes = {
    "id_type": "Thẻ căn cước",
    "id_issue_date": "01/01/2025",
    "guardian_name": "Lê Thị C",
    "relationship_ref": "gks.pdf",
    "consent_ref": "dongy.pdf",
}
SIX = CHILD | {"date_of_birth": "10/03/2019", "id_number": "001219012345"}
FIVE = CHILD | {"date_of_birth": "11/03/2019", "id_number": "001219012345"}
CHANGED: Changes = {
    "device_changed_at": "20/06/2026 08:00",
    "outgoing_suspended_at": "20/06/2026 10:00",
    "status": "Khóa 2 chiều",
}
NOTICE: Changes = {"first_notice_at": "07/11/2026 10:00"}


CASES: list[tuple[Changes, set[str]]] = [
    ({}, set()),
    (D49, set()),
    (OLD, set()),
    (C08, set()),
    (ORGANISATION, set()),
    (MACHINES, set()),
    (FOREIGNER, set()),
    (SIX, set()),
    (FIVE, set()),
    # NUM
    ({"msisdn": "-"}, {"NUM101"}),
    ({"msisdn": "02412345678"}, {"NUM102"}),
    ({"msisdn": "02412345678", "connection_kind": "IoT"}, set()),
    ({"msisdn": "02412345678", "connection_kind": "xyz"}, {"REG148"}),
    ({"msisdn": "01629876543"}, {"NUM103"}),  # 0162 -> 032 Viettel
    ({"msisdn": "84 162.987.6543"}, {"NUM103"}),
    ({"msisdn": "01209876543"}, {"NUM103", "NUM105"}),  # 0120 -> 070 MobiFone
    ({"msisdn": "0951234567"}, {"NUM104"}),
    ({"msisdn": "0912345678"}, {"NUM105"}),
    ({"operator": "iTel", "msisdn": "0911234567"}, set()),  # its host network
    ({"operator": "Wintel", "msisdn": "0871234567"}, {"NUM105"}),  # another MVNO
    ({"operator": "Viettel và MobiFone", "msisdn": "0912345678"}, set()),
    # PER
    ({"full_name": "chưa có"}, {"PER101"}),
    ({"full_name": "Khách  HÀNG"}, {"PER102"}),
    ({"full_name": "Nguyễn Văn 2"}, {"PER102"}),
    ({"full_name": "Aa A"}, {"PER102"}),
    ({"full_name": "NGUY?N V?N AN"}, {"PER103"}),
    ({"full_name": "NguyÔn V¨n An"}, {"PER103"}),
    ({"full_name": "Nguyeãn Vaên An"}, {"PER103"}),
    ({"full_name": "H'Hen"}, {"PER104"}),
    ({"date_of_birth": "01/01/0001"}, {"PER111"}),
    ({"date_of_birth": "15/08/90"}, {"PER112"}),
    ({"date_of_birth": "11/03/2025", "id_number": "001225012345"}, {"PER113", "ID124", "ID125"}),
    ({"date_of_birth": "11/03/1904", "id_number": "001004012345"}, {"PER113"}),
    ({"date_of_birth": "11/03/1905", "id_number": "001005012345"}, set()),
    ({"date_of_birth": "00/00/1990"}, {"PER114"}),
    ({"date_of_birth": "1991"}, {"PER114", "ID111"}),
    ({"sex": "Nam/Nữ"}, {"PER115"}),
    ({"nationality": "NA"}, {"PER121"}),
    ({"nationality": None, "id_type": "Giấy chứng nhận căn cước"}, set()),
    ({"nationality": "Kinh"}, {"PER122"}),
    ({"address": "chưa có"}, {"PER131"}),
    (FOREIGNER | {"address": None}, set()),
    (D49 | FOREIGNER | {"address": None}, set()),
    (D49 | {"address": None}, {"PER131"}),
    # ID
    ({"id_number": None}, {"ID101"}),
    (SIX | {"id_number": None}, set()),  # a child without papers
    ({"id_type": None}, {"ID102"}),
    ({"id_type": "GPLX"}, {"ID103"}),
    ({"id_type": "Giấy tờ khác"}, set()),
    (D49 | {"id_type": "Giấy tờ khác"}, {"ID103"}),
    (D49 | {"id_type": "Chứng minh sĩ quan"}, {"ID103"}),
    ({"id_type": "Chứng minh sĩ quan"}, set()),
    ({"id_type": "GPKD", "id_number": None, "id_issue_date": None}, {"ID103"}),  # and no other document rule
    ({"id_number": "00109001234"}, {"ID104"}),  # eleven digits, and the year disagrees
    ({"id_number": "1090012345"}, {"ID105"}),
    ({"id_number": "1091012345"}, {"ID104"}),
    ({"id_number": "12398745", "id_type": "CMND"} | D49 | {"id_issue_date": "01/01/2010"}, {"ID105"}),
    ({"id_number": "12345678", "id_type": "CMND"} | D49 | {"id_issue_date": "01/01/2010"}, {"ID106"}),
    ({"id_number": "B1234567", "id_type": "Hộ chiếu"}, {"ID106"}),
    ({"id_type": "GTTT"}, {"ID107"}),
    ({"id_type": "CMND/CCCD"}, set()),
    ({"id_number": "001290012345"}, {"ID111"}),
    ({"id_number": "001190012345"}, {"ID112"}),
    ({"id_number": "001190012345", "sex": "?x"}, {"PER115"}),
    ({"id_number": "100090012345"}, {"ID113"}),
    ({"id_issue_date": "1900-01-01"}, {"ID121"}),
    ({"id_issue_date": None, "id_type": "VNeID"}, set()),
    ({"id_issue_date": "31/02/2021"}, {"ID122"}),
    ({"id_issue_date": "11/03/2025"}, {"ID123"}),
    ({"id_issue_date": "11/03/2025", "info_updated_at": "11/03/2025"}, set()),
    ({"id_issue_date": "11/03/2025", "info_updated_at": "24/11/2026"}, {"ID123"}),  # after the as-of day
    (D49 | {"id_issue_date": "31/12/2015"}, {"ID124"}),
    (D49 | {"id_issue_date": "01/01/2016"}, set()),
    (D49 | {"id_issue_date": "14/08/2004", "id_type": "CMND"}, {"ID125", "ID141"}),
    (D49 | {"id_issue_date": "15/08/2004", "id_type": "CMND"}, {"ID141"}),
    (D49 | {"id_type": "Giấy chứng nhận căn cước", "id_issue_date": "01/01/2020"}, {"ID126"}),
    (at("01/07/2024 10:00") | {"id_type": "Giấy chứng nhận căn cước", "id_issue_date": "01/07/2024"}, set()),
    ({"id_issue_place": None}, {"ID131"}),
    # A CMND of 15 years and a day; on the day itself it still counts
    (at("02/12/2024 08:00") | {"id_type": "CMT", "id_number": "012345670", "id_issue_date": "02/12/2009"}, set()),
    (at("02/12/2024 08:00") | {"id_type": "CMT", "id_number": "012345670", "id_issue_date": "01/12/2009"}, {"ID141"}),
    (at("01/07/2024 08:00") | {"id_expiry_date": "29/06/2024"}, {"ID141"}),  # runs to 30 June
    (at("30/06/2024 08:00") | {"id_expiry_date": "15/01/2024"}, set()),
    ({"id_expiry_date": "Không thời hạn", "date_of_birth": "15/08/1980", "id_number": "001080012345"}, set()),
    ({"id_type": "CMND", "id_number": "012345670"}, {"ID142"}),
    ({"nationality": "Lào"}, {"ID143"}),
    (FOREIGNER | {"stay_until": "09/03/2025"}, {"ID144"}),
    (FOREIGNER | {"stay_until": "10/03/2025"}, set()),
    # MIN
    (
        D49
        | SIX
        | {
            "date_of_birth": "11/03/2006",
            "id_number": "001206012345",
            "id_issue_date": "01/03/2020",
            "id_type": "VNeID",
        },
        set(),
    ),
    (
        D49
        | {"date_of_birth": "11/03/2006", "id_number": "B1234098", "id_type": "HC", "id_issue_date": "01/03/2020"}
        | {"guardian_name": "không"},
        {"MIN101"},
    ),
    (FIVE | {"guardian_name": None}, {"MIN102"}),
    (SIX | {"guardian_name": None, "consent_ref": "chưa"}, {"MIN103"}),
    (SIX | {"guardian_name": None, "relationship_ref": None}, set()),
    (SIX | {"relationship_ref": "0"}, {"MIN104"}),
    # ORG
    (ORGANISATION | {"organisation_name": None, "subscriber_kind": "TC"}, {"ORG101"}),
    (ORGANISATION | {"organisation_tax_code": "x"}, {"ORG103"}),
    (ORGANISATION | {"organisation_tax_code": "-"}, {"ORG102"}),
    (ORGANISATION | {"organisation_tax_code": "0100233489"}, {"ORG103"}),
    (ORGANISATION | {"organisation_tax_code": "001090012345"}, {"ORG103"}),  # before 2025-07-01
    (ORGANISATION | {"organisation_tax_code": "001090012345"} | at("01/07/2025 08:00"), set()),
    (ORGANISATION | {"organisation_tax_code": "0314409058-000"}, {"ORG103"}),
    (ORGANISATION | {"id_number": None, "id_issue_date": None}, {"ORG104"}),
    (ORGANISATION | {"id_type": "GPKD"}, {"ORG104"}),
    (D49 | ORGANISATION | {"representative_name": "A", "representative_id_number": "1"}, {"ORG108"}),
    (D49 | MACHINES, set()),
    (MACHINES | {"organisation_address": None}, {"ORG105"}),
    (MACHINES | {"representative_id_number": None}, {"ORG106"}),
    (MACHINES | {"authorisation_ref": "chưa"}, {"ORG108"}),
    ({"subscriber_kind": "Hộ gia đình"}, {"ORG107"}),
    (ORGANISATION | {"subscriber_kind": "Cá nhân thuộc tổ chức"}, set()),
    # REG
    (D49 | {"payment_type": None}, {"REG101"}),
    (OLD | {"payment_type": None}, {"REG101"}),
    ({"payment_type": None}, set()),
    ({"payment_type": "TT/TS"}, {"REG102"}),
    ({"portrait_ref": "không"}, {"REG111"}),
    (OLD | {"portrait_ref": None}, {"REG111"}),
    ({"portrait_taken_at": "10/03/2025"}, {"REG112"}),
    ({"portrait_taken_at": "11/03/2025 09:30:00"}, set()),
    ({"portrait_taken_at": "11/03/2025 09:30:01"}, {"REG113"}),
    ({"portrait_taken_at": "11/03/2025 09:30:01", "info_updated_at": "10/03/2025 10:00"}, set()),
    ({"portrait_taken_at": "11/03/2025 23:59", "registered_at": "10/03/2025"}, set()),
    ({"document_scan_ref": "n"}, {"REG121"}),
    ({"payment_type": None, "confirmation_ref": None}, {"REG122"}),
    ({"payment_type": "trả sau", "contract_number": "HD1"}, set()),
    ({"payment_type": "trả sau"}, {"REG123"}),
    (D49 | {"payment_type": "trả sau"}, set()),
    ({"registered_at": None}, {"REG131"}),
    ({"registered_at": "10/03/25"}, {"REG132"}),
    (at("24/11/2026 08:00") | C08 | at("24/11/2026 08:00") | {"authenticated_at": "24/11/2026 08:00"}, {"REG133"}),
    ({"clerk_name": None}, {"REG134"}),
    ({"pos_address": None}, {"REG135"}),
    ({"pos_address": None, "pos_code": "P1"}, set()),
    ({"pos_phone": None}, {"REG136"}),
    ({"pos_kind": "Website", "clerk_name": None, "pos_address": None, "pos_phone": None}, set()),
    ({"pos_kind": "My Viettel", "clerk_name": None, "pos_address": None, "pos_phone": None}, {"REG138"}),
    (D49 | {"pos_kind": "eKYC"}, {"REG137"}),
    ({"service_started_at": "10/03/2025 09:29"}, {"REG141"}),
    ({"service_started_at": "09/03/2025"}, {"REG141"}),
    ({"service_started_at": None}, {"REG142"}),
    ({"service_started_at": None, "status": "Khóa"}, {"REG144"}),
    (OLD | {"service_started_at": None}, {"REG142"}),
    ({"status": None}, {"REG143"}),
    ({"status": "Chưa hủy"}, {"REG144"}),
    ({"status": "Hủy"}, {"REG145"}),
    ({"status": "Hủy", "terminated_at": "01/01/1900"}, {"REG145"}),
    ({"status": "Hủy", "terminated_at": "09/03/2025"}, {"REG145"}),  # before the registration
    ({"status": "Hủy", "terminated_at": "10/03/2025"}, set()),
    ({"terminated_at": "23/11/2026"}, {"REG146"}),
    ({"terminated_at": "24/11/2026"}, set()),
    (D49 | {"usage_kind": None}, {"REG147"}),
    (D49 | {"usage_kind": "gia đình"}, {"REG147"}),
    ({"connection_kind": "không phải m2m"}, {"REG148"}),
    ({"stay_until": "1990"}, {"REG149"}),
    ({"portrait_taken_at": "x"}, {"REG112"}),
    ({"portrait_taken_at": "x", "portrait_ref": None}, {"REG111", "REG149"}),
    ({"authenticated_at": "x"}, {"REG149"}),
    (C08 | {"authenticated_at": "x"}, {"REG151"}),
    (C08 | {"authenticated_at": "10/05/2026 09:31"}, {"REG152"}),
    (C08 | {"id_type": "Giấy chứng nhận căn cước", "pos_kind": "app"}, {"REG153"}),
    # 17:00 in Greenwich on 14 April 2026 is 15 April in Viet Nam
    (C08 | at("2026-04-14T17:00:00Z") | {"authenticated_at": None}, {"REG151"}),
    (C08 | at("2026-04-14T16:59:59Z") | {"authenticated_at": None}, set()),
    # AUT
    ({"matched_name": "Không khớp"}, {"AUT101"}),
    ({"matched_face": "Không khớp"}, set()),
    (C08 | {"matched_face": "sai"}, {"AUT101"}),
    (C08 | {"matched_face": None}, {"AUT102"}),
    (C08 | {"matched_face": None, "id_type": "certificate"}, set()),
    ({"matched_name": "chưa đúng"}, {"AUT103"}),
    # DEV: a change of 20 June 2026
    (CHANGED, set()),
    (CHANGED | {"outgoing_suspended_at": "20/06/2026 10:00:01"}, {"DEV101"}),
    (CHANGED | {"outgoing_suspended_at": None}, {"DEV101"}),
    (CHANGED | {"outgoing_suspended_at": "21/06/2026"}, set()),
    (CHANGED | {"outgoing_suspended_at": None, "reauthenticated_at": "20/06/2026 10:00"}, set()),
    (CHANGED | {"device_changed_at": "14/06/2026 08:00"}, set()),
    (CHANGED | {"status": "1 chiều"}, {"DEV102"}),
    (CHANGED | {"status": "1 chiều", "reauthenticated_at": "01/07/2026"}, set()),
    (CHANGED | {"two_way_since": "17/11/2026"}, {"DEV103"}),
    (CHANGED | {"two_way_since": "18/11/2026"}, set()),
    # REM: fifteen days before 23 November is the 8th
    (NOTICE, {"REM101"}),
    ({"first_notice_at": "08/11/2026"}, set()),
    (NOTICE | {"info_updated_at": "07/11/2026 10:00"}, {"REM101"}),
    (NOTICE | {"info_updated_at": "07/11/2026 10:01"}, set()),
    (NOTICE | {"first_notice_at": "23/04/2017"}, set()),
    (NOTICE | {"status": "khóa 1 chiều", "one_way_since": "07/11/2026"}, {"REM102"}),
    (NOTICE | {"status": "khóa 1 chiều", "one_way_since": "06/11/2026"}, set()),  # locked for another cause
    (NOTICE | {"status": "khóa 2 chiều", "two_way_since": "17/11/2026"}, {"REM103"}),
    (NOTICE | {"status": "khóa 2 chiều", "two_way_since": "18/11/2026"}, set()),
    (
        {"first_notice_at": "23/12/2024", "status": "khóa 2 chiều", "two_way_since": "24/10/2026"},
        set(),
    ),
    (
        {"first_notice_at": "23/12/2024", "status": "khóa 2 chiều", "two_way_since": "23/10/2026"},
        {"REM103"},
    ),
]

"""Texts that messy records are made of: names, papers, codes, missing values, in the writings of exports."""

from __future__ import annotations

import random
import unicodedata

from oracles.lists import barred, spaced

Record = dict[str, str | None]
Random = random.Random


OPERATORS = {
    "Viettel": "032 033 034 035 036 037 038 039 086 096 097 098",
    "VinaPhone": "081 082 083 084 085 088 091 094",
    "MobiFone": "070 076 077 078 079 089 090 093 030 051",
    "Vietnamobile": "052 056 058 092",
    "Gmobile": "059 099",
    "iTel": "087 081 091",
    "Wintel": "055 088",
    "Local": "089",
    "FPT": "077",
    "VNSKY": "077 089",
}
OLD_PREFIXES = spaced(
    "0120 0121 0122 0123 0124 0125 0126 0127 0128 0129 0162 0163 0164 0165 0166 0167 0168 0169 0186 0188 0199"
)
PROVINCES = spaced(
    "001 002 004 006 008 010 011 012 014 015 017 019 020 022 024 025 026 027 030 031 033 034 035"
    " 036 037 038 040 042 044 045 046 048 049 051 052 054 056 058 060 062 064 066 067 068 070 072"
    " 074 075 077 079 080 082 083 084 086 087 089 091 092 093 094 095 096"
)
FAMILY = spaced("Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Ưng Ông")
MIDDLE = spaced("Văn Thị Đức Minh Ngọc Hữu Thanh Quốc Xuân Thúy")
GIVEN = spaced("An Bình Châu Dũng Đạt Giang Hà Hùng Khánh Lan Mai Nam Oanh Phúc Quý Sơn Thủy Ý Ánh")
ETHNIC = ["H'Hen Niê", "K'Sor Y Bhăm", "Y Moan Ênuôl", "H'Hen", "K'Sor", "Y Bih Alêô"]
FOREIGN_NAMES = ["John Smith", "Anne-Marie O'Neill", "Kim Min Ji", "李 小龙", "Иван Петров", "Suzuki"]
VIETNAMESE = ["Việt Nam", "VIỆT NAM", "VN", "VNM", "Vietnam", "Viet Nam", "vn", "Việt-Nam"]
VIETNAMESE += ["Vietnamese", "Người Việt Nam"]
FOREIGN = spaced("KR USA us Japan CHN LAO Lào France Pháp Đức GBR British")
FOREIGN += ["Hàn Quốc", "Korea, Republic of", "Hoa Kỳ", "Nhật Bản", "Trung Quốc", "Côte d'Ivoire", "Người Hàn Quốc"]
NO_COUNTRY = ["Kinh", "Atlantis", "XX", "ZZZ", "Việt", "000", "999", "V", "Viet Nam Nam", "Đông Lào"]
PLACES = [
    "Công an TP Hà Nội",
    "CA tỉnh Nghệ An",
    "Cục Cảnh sát ĐKQL cư trú và DLQG về dân cư",
    "Cục Cảnh sát QLHC về TTXH",
    "Bộ Công an",
    "Cục Quản lý xuất nhập cảnh",
]
ADDRESSES = ["12 Lê Lợi, Quận 1, TP. Hồ Chí Minh", "Thôn 3, xã Ea Tu, Đắk Lắk", "Số 5 ngõ 7, Hà Nội"]
COMPANIES = ["Công ty TNHH Ánh Dương", "UBND xã Đông Hưng", 'Công ty CP "Sao Mai"', "VNPT Bình Định"]


def _listed(**texts: str) -> dict[str, list[str]]:
    return {code: listed.split("|") for code, listed in texts.items()}


KIND_TEXTS = _listed(
    cmnd="CMND|cmnd|CMT|CMTND|Chứng minh nhân dân|Giấy CMND|Chứng minh thư|CMND 9 số|GIẤY CHỨNG MINH NHÂN DÂN",
    cccd="CCCD|cccd|Căn cước công dân|Thẻ căn cước công dân|CCCD gắn chip|Thẻ CCCD|can cuoc cong dan|CCCD_chip",
    can_cuoc="Thẻ căn cước|Căn cước|can_cuoc|THẺ CĂN CƯỚC|Thẻ Căn Cước mới|CC|thẻ CC",
    e_id="Căn cước điện tử|VNeID|Tài khoản định danh điện tử|e_id|VNEID mức 2",
    certificate="Giấy chứng nhận căn cước|certificate|GIẤY CHỨNG NHẬN CĂN CƯỚC",
    passport="Hộ chiếu|hộ chiếu phổ thông|Passport|HC|PP|Hộ chiếu/Passport|Hộ chiếu (PP)",
    military=(
        "Chứng minh sĩ quan|Chứng minh quân nhân chuyên nghiệp|Giấy chứng minh Công an nhân dân|military|CMTQD"
        "|Chứng minh thư quân đội|CMND sĩ quan quân đội"
    ),
    other="Giấy phép lái xe|GPLX|Thẻ bảo hiểm y tế|BHYT|Sổ hộ khẩu|Thẻ sinh viên|GPLX/CMND",
    bare_other="other|Khác|Loại khác|Giấy tờ khác|KHÁC|giấy_tờ_khác",
    legal=(
        "Giấy phép kinh doanh|GPKD|ĐKKD|Giấy ĐKDN|GCNĐKDN|GCNĐKKD|Giấy đăng ký kinh doanh|MST|Mã số thuế"
        "|Giấy chứng nhận đăng ký doanh nghiệp|Giấy chứng nhận pháp nhân|Giấy phép đầu tư|Quyết định thành lập"
        "|Đăng ký hộ kinh doanh|Giấy chứng nhận đăng ký đầu tư|Giấy phép thành lập"
    ),
    unknown="GTTT|Giấy khai sinh|Bằng lái xe|CMNDX|HCM|APP|1|ID|giấy tờ khác nhau|CCCDX|khac1",
    # More than one of them: the number says which it was.
    several=(
        "CMND/CCCD|CCCD/CMT|CMND-CCCD|CMND,CCCD|CMND/CCCD/Hộ chiếu|CCCD/Hộ chiếu|CMND/Thẻ căn cước"
        "|Chứng minh nhân dân / Căn cước công dân|Căn cước/CCCD|CCCD/VNeID|HC_CMND|CMND hoặc passport"
    ),
)
ODD_KIND_TEXTS = ["Đ CCCD", "Căn  cước  công dân", "(CMND)", "Ðịnh danh điện tử", "cmt.", "Căn_cước_công_dân"]

MISSING: list[str | None] = [
    *[None] * 6,
    *("", " ", "-", "--", ".", "?", "—", "– –", "...", "_", "***", "/", "- / -", "…", "?.?", "\u2010", "\u2212"),
    *("NULL", "null", "(null)", "<NULL>", "[null]", "\\N", "None", "n/a", "N/A", "NA", "na", "<NA>", "NaN", "NaT"),
    *("#N/A", "#REF!", "#VALUE!", "#NULL!", "#NUM!", "#DIV/0!", "#NAME?", "nil", "NIL", '=""', '="N/A"'),
    *("Không có", "KHÔNG CÓ", "không  có", "khong co", "Chưa có", "chua co", "Chưa cập nhật", "chua cap nhat"),
    *("Không rõ", "KHONG RO", "Không xác định", "khong xac dinh"),
    *("\u00a0", "\u200b", "\ufeff", " \u00a0- ", "Khong\u00a0Co"),
    *(unicodedata.normalize("NFD", text) for text in ("không có", "CHƯA CÓ", "không xác định")),
]
# In columns of references.
NO_REFERENCE = [*MISSING, "Không", "không", "no", "N", "false", "0", "chưa", "KHONG", "Chua"]
FLAGS = ["Có", "yes", "Y", "true", "x", "1", "Đã có", "X", "TRUE"]

PAYMENT = _listed(
    prepaid="Trả trước|TT|tra truoc|prepaid|pre|PREPAID|TRẢ TRƯỚC|tt|Thuê bao trả trước|TB trả trước|TT trước"
    "|Thanh toán trước|pre-paid|tra_truoc",
    postpaid="Trả sau|TS|postpaid|post|TRẢ SAU|Postpaid|Thuê bao trả sau|TT sau|TSAU|Thanh toán sau|postpay"
    "|TB trả sau|post-paid",
)
NO_PAYMENT = barred("Trả góp|khác|T T|0|Trả trước/Trả sau|prepaid, postpaid|chưa trả sau|không trả trước|TTT|TT/TS")
STATUS = _listed(
    active="Đang hoạt động|Hoạt động|HĐ|2 chiều mở|active|ĐANG HOẠT ĐỘNG|Mở khóa 2 chiều|Hoạt động 2 chiều|Bình thường"
    "|Đã kích hoạt|Mở 2C|Mở hai chiều|hoat dong|Thuê bao hoạt động bình thường",
    one_way="Tạm dừng một chiều|Khóa 1 chiều|Chặn 1 chiều|one_way|Khoá 1 chiều|1 chiều|1C|Một chiều|Chặn 1C"
    "|Khóa chiều đi|Ngừng 1 chiều|Cắt 1 chiều|Hoạt động 1 chiều|Hoạt động chiều đi|Bị khóa một chiều",
    two_way="Tạm dừng hai chiều|Khóa 2 chiều|Chặn 2 chiều|two_way|Chặn 2C|Ngưng 2 chiều|Cắt hai chiều|Ngừng 2 chiều"
    "|Tạm dừng hoạt động 2 chiều|Khoá hai chiều",
    terminated="Chấm dứt|Thanh lý|Đã hủy|terminated|THANH LÝ|Đã huỷ|Hủy|Đã cắt|Thu hồi|cancelled|Canceled|deactivated"
    "|Chấm dứt hợp đồng|Đã thu hồi số",
)
NO_STATUS = barred(
    "Khóa|Tạm khóa|unknown|3 chiều|1|Chưa hủy|Không hoạt động|Ngừng hoạt động|Chưa kích hoạt"
    "|Tạm dừng hoạt động|Không còn hoạt động|not active|non-active|inactive|Chưa bị thu hồi|2 chiều"
    "|Mở khóa 1 chiều|Mở khóa|Mở chặn|Chưa khóa 2 chiều|không chặn 1 chiều|Chưa được kích hoạt"
    "|Hết hoạt động|Chưa thanh lý|Chưa phải chấm dứt"
)
SEX = _listed(
    male="Nam|nam|M|m|male|1|NAM|Male|M - Nam|Nam (1)",
    female="Nữ|nữ|F|female|0|2|NỮ|nu|F-Nữ",
)
NO_SEX = ["Khác", "3", "x", "Nam/Nữ", "M/F", "nam nữ", "Giới tính"]
SUBSCRIBER = {
    "individual": ["Cá nhân", "CN", "individual", "CÁ NHÂN", "KHCN", "VNS", "Khách hàng cá nhân", None],
    "organisation": [
        *("Tổ chức", "Doanh nghiệp", "TC", "DN", "organisation", "organization", "KHDN", "Công ty", "company"),
        *("Cá nhân thuộc tổ chức", "Doanh nghiệp - CN Hà Nội", None),
    ],
}
NO_SUBSCRIBER = ["khác", "X", "không phải tổ chức", "CN Hà Nội", "Hộ gia đình", "chưa phải doanh nghiệp"]
POS_KIND = _listed(
    own_fixed="Cửa hàng|Điểm cố định của doanh nghiệp|own_fixed|CỬA HÀNG|Điểm cố định|Cửa hàng giao dịch",
    own_mobile="Lưu động|own_mobile|Điểm lưu động|own-mobile",
    authorised="Ủy quyền|Đại lý|authorised|ĐẠI LÝ|UỶ QUYỀN|Điểm ủy quyền|dai ly|Cửa hàng ủy quyền",
    online="Trực tuyến|online|app|Online|Website|eKYC|Tự đăng ký|Kênh online|Đại lý online",
)
NO_POS_KIND = ["Chợ", "kiosk", "My Viettel", "Không trực tuyến", "không phải đại lý", "chưa ủy quyền"]
CONNECTION = _listed(
    h2h="h2h|H2H|Thuê bao H2H",
    m2m="m2m|M2M|iot|IoT|non-h2h|Không phải H2H|NON H2H|SIM M2M",
)
NO_CONNECTION = ["h2m", "x", "không phải m2m", "chưa h2h", "data", "not IoT"]
USAGE = _listed(
    self="Bản thân|Chính chủ|self|Cho bản thân",
    child="Con|child|Con đẻ",
    ward="Giám hộ|ward|Người được giám hộ",
    device="Thiết bị|device|Thiết bị IoT",
    employee="Nhân viên|Cá nhân thuộc tổ chức|employee",
)
NO_USAGE = ["khác", "gia đình", "không chính chủ", "1", "chưa phải nhân viên"]
MATCHED = {
    "yes": ["Có", "Khớp", "Đúng", "yes", "Y", "true", "1", "Đã khớp"],
    "no": ["Không", "Không khớp", "Chưa khớp", "Sai", "no", "N", "false", "0", "KHONG KHOP"],
}
NO_MATCHED = ["chưa đúng", "chưa", "?x", "2", "đang xử lý", "not true"]
OPERATOR_TEXTS = {
    "Viettel": ["VIETTEL", "viettel", "Viettel Telecom", "Tập đoàn Viettel"],
    "VinaPhone": ["Vinaphone", "VINAPHONE", "VNPT VinaPhone", "VNPT", "Vina Phone"],
    "MobiFone": ["Mobifone KV1", "mobi fone", "MOBIFONE"],
}
NO_OPERATOR = ["Viettel / MobiFone", "Xphone", "Viettelx", "Mobi Vina"]

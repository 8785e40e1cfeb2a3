"""Headers and values as carriers have them, and what is proposed for them."""

from __future__ import annotations

from collections.abc import Mapping as Table
from pathlib import Path

import polars as pl

from thuebao.sources.headers.header import map_header
from thuebao.sources.headers.mapping import LOOK, Mapping, read_mapping
from thuebao.sources.headers.proposal import Proposal, propose

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


def mapping_of(path: Path, text: str) -> Mapping:
    path.write_text(text, "utf-8")
    return read_mapping(path)


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

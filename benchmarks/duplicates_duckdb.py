"""The rules across records as DuckDB SQL: EXPORT FINDINGS MEMORY TEMPORARY.

EXPORT is a CSV or Parquet file or a folder of Parquet files with the catalogue's column names; FINDINGS a .csv. A lean
rival: it knows the spellings of this folder's generators and no others, and cleans no more than the rules ask for.
Rules whose columns the export does not have are left out. Prints how many records each rule fires on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

AS_OF = "2026-11-23"

# What the rules read; a column that the export does not have is taken for empty.
COLUMNS = (
    "operator msisdn sim_serial full_name date_of_birth nationality id_type id_number id_issue_date id_issue_place "
    "payment_type contract_number portrait_hash portrait_ref registered_at clerk_name status terminated_at "
    "subscriber_kind connection_kind organisation_name organisation_tax_code pos_kind"
)

MACROS = r"""
CREATE MACRO present(t) AS CASE WHEN lower(t) NOT IN (
    '', '-', '.', '?', 'null', 'none', 'nil', 'n/a', 'na', '#n/a', 'nan', 'không có', 'khong co', 'chưa có', 'chua co')
    THEN t END;
CREATE MACRO moment(t) AS CASE WHEN regexp_matches(t, '^\d\d?/\d\d?/\d{4}')
    THEN try_strptime(t, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y', '%d/%m/%Y %H:%M']) END;
CREATE MACRO coded(t) AS lower(trim(t));
CREATE MACRO folded(t) AS replace(
    regexp_replace(replace(strip_accents(lower(t)), 'đ', 'd'), '[^a-z]', '', 'g'), 'y', 'i');
CREATE MACRO current(t) AS CASE
    WHEN regexp_full_match(t, '0[35789]\d{8}') THEN t
    WHEN regexp_full_match(t, '(84|\+84)[35789]\d{8}') THEN '0' || right(t, 9)
    WHEN regexp_full_match(t, '016[2-9]\d{7}') THEN '03' || t[4:]
    WHEN regexp_full_match(t, '01[28]\d{8}|0199\d{7}') THEN
        map {'0120': '070', '0121': '079', '0122': '077', '0126': '076', '0128': '078', '0123': '083', '0124': '084',
             '0125': '085', '0127': '081', '0129': '082', '0186': '056', '0188': '058', '0199': '059'}[t[:4]] || t[5:]
    END;
CREATE MACRO is_name(t) AS folded(t) NOT IN (
        '', 'test', 'khachhang', 'khachle', 'chuthuebao', 'khongten', 'chuacoten', 'unknown', 'noname', 'abc', 'xxx',
        'sim', 'anonimous')
    AND NOT regexp_matches(t, '\d|\x{FFFD}|\?|á»|áº|Ä‘|Æ°|Ã[\x{A1}-\x{BF}]');
CREATE MACRO is_placeholder(t) AS length(t) >= 6 AND (
    t = repeat(left(t, 1), length(t))
    OR contains('012345678901234567890', t) OR contains('987654321098765432109', t));
CREATE MACRO paper(t, number, country) AS CASE
    WHEN coded(t) IN ('cmnd', 'cccd', 'can_cuoc', 'e_id', 'certificate', 'passport', 'military', 'other') THEN coded(t)
    WHEN coded(t) = 'thẻ căn cước' THEN 'can_cuoc'
    WHEN coded(t) = 'hộ chiếu' THEN 'passport'
    WHEN coded(t) LIKE 'giấy phép %' THEN 'other'
    WHEN country NOT IN ('VN', 'Vietnam', 'Việt Nam') THEN 'passport'
    WHEN regexp_full_match(number, '\d{9}') THEN 'cmnd'
    WHEN regexp_full_match(number, '\d{12}') THEN 'cccd'
    WHEN regexp_full_match(number, '[A-Z]\d{7,8}') THEN 'passport' END;
CREATE MACRO identity_key(kind, number, country) AS CASE
    WHEN is_placeholder(number) THEN NULL
    WHEN kind IN ('cmnd', 'cccd', 'can_cuoc', 'e_id', 'certificate') AND regexp_full_match(number, '\d{12}')
        THEN number
    WHEN kind = 'cmnd' AND regexp_full_match(number, '\d{9}') THEN 'cmnd:' || number
    WHEN kind = 'passport' AND country IN ('VN', 'Vietnam', 'Việt Nam') THEN CASE
        WHEN regexp_full_match(number, '[A-Z]\d{7,8}') THEN 'passport:VN:' || number END
    WHEN kind = 'passport' AND regexp_full_match(number, '[A-Z0-9]{5,9}')
        THEN 'passport:' || country || ':' || number END;
CREATE MACRO era_of(day) AS CASE
    WHEN day < DATE '2017-04-24' THEN 'old' WHEN day < DATE '2024-12-24' THEN 'D49' ELSE 'D163' END;
CREATE MACRO masked(t) AS left(t, 3) || repeat('*', greatest(length(t) - 5, 1)) || right(t, 2);
"""

RECORDS = f"""
CREATE TABLE records AS
WITH read AS (
    SELECT *, row_number() OVER () AS record,
           coalesce(operator, '(unknown)') AS named, moment(registered_at) AS registered,
           coalesce(coded(subscriber_kind) IN ('organisation', 'tổ chức', 'doanh nghiệp'),
                    subscriber_kind IS NULL AND organisation_name IS NOT NULL) AS organised,
           coalesce(coded(connection_kind) = 'm2m', false) AS m2m
    FROM export
)
SELECT
    record, named AS operator, operator AS named_operator, msisdn, sim_serial, id_number AS document, id_issue_place,
    clerk_name, contract_number, registered,
    CASE WHEN m2m THEN coalesce(current(msisdn), msisdn) ELSE current(msisdn) END AS number,
    CASE WHEN NOT (organised AND m2m)
        THEN identity_key(paper(id_type, id_number, nationality), id_number, nationality) END AS identity,
    lower(full_name) AS name,
    CASE WHEN is_name(full_name) THEN folded(full_name) END AS folded_name,
    moment(date_of_birth) AS born,
    moment(id_issue_date) AS issued,
    CASE WHEN coded(payment_type) IN ('prepaid', 'trả trước') THEN 'prepaid'
         WHEN coded(payment_type) IN ('postpaid', 'trả sau') THEN 'postpaid' END AS payment,
    CASE WHEN pos_kind IS NULL THEN NULL
         WHEN coded(pos_kind) IN ('online', 'trực tuyến') THEN 'online'
         WHEN coded(pos_kind) IN ('authorised', 'đại lý ủy quyền') THEN 'authorised'
         WHEN coded(pos_kind) IN ('own_mobile', 'điểm lưu động') THEN 'own_mobile'
         WHEN coded(pos_kind) IN ('own_fixed', 'cửa hàng') THEN 'own_fixed' ELSE 'unrecognised' END AS point,
    portrait,
    CASE WHEN registered_at LIKE '%:%' THEN date_trunc('minute', registered) END AS minute,
    era_of(coalesce(registered, DATE '{AS_OF}')) AS era,
    CASE WHEN NOT organised THEN identity_key(paper(id_type, id_number, nationality), id_number, nationality)
         WHEN NOT m2m AND era_of(coalesce(registered, DATE '{AS_OF}')) = 'D163'
            THEN 'mst:' || organisation_tax_code END AS customer
FROM read
WHERE coalesce(coded(status) NOT IN ('terminated', 'đã thanh lý'),
               NOT coalesce(moment(terminated_at) <= DATE '{AS_OF}', false))
"""

NUMBERS = """
CREATE TABLE {name} AS
SELECT operator, customer, number, min(registered) AS first,
       row_number() OVER (PARTITION BY operator, customer ORDER BY min(registered) NULLS LAST, number) AS place
FROM records
WHERE customer IS NOT NULL AND number IS NOT NULL AND {condition}
GROUP BY operator, customer, number
"""


def groups(key: str, having: str, *, condition: str = "true", nominated: str = "true") -> str:
    """Return the records, for which the condition holds, of the groups by `key` for which `having` holds."""
    names = key.split(", ")
    there = " AND ".join(f"{name} IS NOT NULL" for name in names)
    chosen = f"SELECT {key} FROM records WHERE {there} AND {nominated} GROUP BY {key} HAVING {having}"
    members = f"concat_ws('|', {key})"
    return f"SELECT record, {members} AS members FROM records SEMI JOIN ({chosen}) USING ({key}) WHERE {condition}"


def fourth(numbers: str, condition: str) -> str:
    """Return the records of the fourth and later of somebody's numbers for which the condition holds."""
    return f"""SELECT record, operator || '|' || customer AS members
        FROM records JOIN {numbers} USING (operator, customer, number)
        WHERE place >= 4 AND (first >= DATE '2017-04-24' OR first IS NULL) AND {condition}"""


NUMBERED = "number IS NOT NULL"
PREPAID = "payment = 'prepaid'"
# Code → name, severity, the columns that it needs, statement.
RULES = {
    "DUP101": ("number-registered-twice", "error", "msisdn", groups("operator, number", "count(*) > 1")),
    "DUP102": ("number-at-two-operators", "error", "msisdn", groups("number", "count(DISTINCT named_operator) > 1")),
    "DUP103": (
        "sim-serial-registered-twice",
        "error",
        "sim_serial msisdn",
        groups(
            "sim_serial",
            "count(DISTINCT number) > 1",
            condition=NUMBERED,
            nominated=r"regexp_full_match(sim_serial, '\d{18,20}')",
        ),
    ),
    "DUP111": (
        "fourth-prepaid-number-without-contract",
        "error",
        "id_number payment_type contract_number registered_at",
        fourth("prepaid_numbers", f"{PREPAID} AND contract_number IS NULL AND era <> 'old'"),
    ),
    "DUP112": (
        "fourth-prepaid-number-outside-own-point",
        "error",
        "id_number payment_type pos_kind registered_at",
        fourth("prepaid_numbers", f"{PREPAID} AND point IN ('own_mobile', 'authorised', 'online') AND era = 'D163'"),
    ),
    "DUP113": (
        "fourth-number-online",
        "error",
        "id_number pos_kind registered_at",
        fourth("all_numbers", "point = 'online' AND era = 'D163'"),
    ),
    "DUP121": (
        "identity-with-several-names",
        "error",
        "id_number full_name",
        groups("identity", "count(DISTINCT folded_name) > 1"),
    ),
    "DUP122": (
        "identity-with-several-birth-dates",
        "error",
        "id_number date_of_birth",
        groups("identity", "count(DISTINCT born) > 1"),
    ),
    "DUP123": (
        "one-person-several-documents",
        "warning",
        "full_name date_of_birth id_issue_date id_issue_place id_number",
        """SELECT DISTINCT one.record, concat_ws('|', one.name, one.born, one.issued, one.id_issue_place) AS members
        FROM records AS one JOIN records AS other
          ON one.name = other.name AND one.born = other.born
         AND one.issued = other.issued AND one.id_issue_place = other.id_issue_place
        WHERE one.document <> other.document
          AND CASE WHEN length(one.document) = length(other.document)
                   THEN hamming(one.document, other.document) = 1 END""",
    ),
    "DUP131": (
        "portrait-shared-by-several-identities",
        "error",
        "id_number",
        groups("portrait", "count(DISTINCT identity) > 1"),
    ),
    "DUP141": (
        "many-numbers-on-one-identity",
        "info",
        "id_number msisdn",
        groups("identity", "count(DISTINCT number) >= 10", condition=NUMBERED),
    ),
    "DUP142": (
        "many-sims-of-one-block",
        "warning",
        "id_number msisdn sim_serial",
        r"""SELECT record, concat_ws('|', operator, identity, block) AS members
        FROM records JOIN (
            SELECT operator, identity, sim_serial[:-4] AS block FROM records
            WHERE identity IS NOT NULL AND regexp_full_match(sim_serial, '\d{18,20}')
            GROUP BY ALL HAVING count(DISTINCT number) >= 5
        ) AS activated USING (operator, identity)
        WHERE sim_serial[:-4] = block AND number IS NOT NULL""",
    ),
    "DUP151": (
        "registration-burst",
        "warning",
        "clerk_name registered_at",
        """SELECT record, concat_ws('|', operator, clerk_name, minute) AS members
        FROM records SEMI JOIN (
            SELECT operator, clerk_name, minute FROM records
            WHERE clerk_name IS NOT NULL AND minute IS NOT NULL
              AND coalesce(point NOT IN ('online', 'unrecognised'), true)
            GROUP BY ALL HAVING count(*) >= 10
        ) USING (operator, clerk_name, minute)
        WHERE coalesce(point NOT IN ('online', 'unrecognised'), true)""",
    ),
}

# What the findings file of an audit holds of a rule across records, in its order.
FINDINGS = """
COPY (
    SELECT record, operator, masked(msisdn) AS msisdn, code, rules.name, severity, masked(members) AS value,
           CASE era WHEN 'D163' THEN '163/2024/NĐ-CP' ELSE '49/2017/NĐ-CP' END AS basis,
           dense_rank() OVER (ORDER BY code, members) AS "group"
    FROM findings JOIN records USING (record) JOIN rules USING (code)
    ORDER BY record, code
) TO $findings (HEADER)
"""


def main(export: Path, findings: Path, memory: str, temporary: Path) -> None:
    temporary.mkdir(parents=True, exist_ok=True)
    # On disk: what does not fit into memory has somewhere to go.
    path = temporary / "records.duckdb"
    path.unlink(missing_ok=True)
    database = duckdb.connect(path)
    if memory != "-":
        database.execute(f"SET memory_limit = '{memory}'")
    database.execute(f"SET temp_directory = '{temporary}'")
    if export.suffix == ".csv":
        source = f"read_csv('{export}', all_varchar = true, header = true)"
    else:
        source = f"read_parquet('{export / '*.parquet' if export.is_dir() else export}')"
    there = {name for name, *_ in database.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    listed = [f"present({name}) AS {name}" if name in there else f"NULL::VARCHAR AS {name}" for name in COLUMNS.split()]
    portrait = next((name for name in ("portrait_hash", "portrait_ref") if name in there), None)
    shown = f"present({portrait})" if portrait else "NULL"
    database.execute(MACROS)
    database.execute(f"CREATE VIEW export AS SELECT {', '.join(listed)}, {shown} AS portrait FROM {source}")
    database.execute(RECORDS)
    database.execute("SET preserve_insertion_order = false")
    database.execute(NUMBERS.format(name="prepaid_numbers", condition=PREPAID))
    database.execute(NUMBERS.format(name="all_numbers", condition="true"))
    database.execute("CREATE TABLE rules (code VARCHAR, name VARCHAR, severity VARCHAR)")
    database.execute("CREATE TABLE findings (record BIGINT, code VARCHAR, members VARCHAR)")
    for code, (name, severity, needed, statement) in RULES.items():
        if there.issuperset(needed.split()):
            database.execute("INSERT INTO rules VALUES (?, ?, ?)", [code, name, severity])
            found = database.execute(f"INSERT INTO findings SELECT record, '{code}', members FROM ({statement})")
            print(code, found.fetchone()[0], flush=True)
    database.execute(FINDINGS, {"findings": str(findings)})
    database.close()
    path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))

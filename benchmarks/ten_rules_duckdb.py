"""Ten row rules in DuckDB SQL, over columns cleaned as the catalogue's §2 has it."""

import sys

import duckdb

TEXT = ("full_name", "address", "payment_type", "id_issue_place", "clerk_name", "nationality")
TOKENS = (
    "",
    "-",
    "--",
    ".",
    "?",
    "null",
    "none",
    "n/a",
    "na",
    "nil",
    "không có",
    "khong co",
    "chưa có",
    "chua co",
)


def cleaned(column: str) -> str:
    spaced = f"replace(nfc_normalize({column}), chr(160), ' ')"
    bare = f"regexp_replace({spaced}, '[\\x{{200B}}-\\x{{200D}}\\x{{2060}}\\x{{FEFF}}]', '', 'g')"
    text = f"trim(regexp_replace({bare}, '\\s+', ' ', 'g'))"
    tokens = ", ".join(f"'{token}'" for token in TOKENS)
    return f"CASE WHEN lower({text}) IN ({tokens}) THEN NULL ELSE {text} END AS {column}"


def day(column: str) -> str:
    text = f"trim({column})"
    days, clocks = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"), ("", " %H:%M:%S", "T%H:%M:%S")
    formats = [day + clock for clock in clocks for day in days]
    return f"CAST(try_strptime({text}, {formats}) AS DATE) AS {column}_day, {text} AS {column}"


NUMBER = "regexp_replace(regexp_replace(trim(msisdn), '\\.0$', ''), '[ .()-]|^[''+]+', '', 'g')"
NATIONAL = f"regexp_replace({NUMBER}, '^(00)?84([0-9]{{9}})$', '0\\2')"
DOCUMENT = "upper(regexp_replace(regexp_replace(trim(id_number), '[ .-]', '', 'g'), '^''+', ''))"
QUERY = f"""
WITH cleaned AS (
    SELECT operator, {", ".join(map(cleaned, TEXT))},
        {", ".join(map(day, ("date_of_birth", "id_issue_date", "registered_at")))},
        regexp_replace({NATIONAL}, '^([35789][0-9]{{8}})$', '0\\1') AS msisdn,
        {DOCUMENT} AS id_number
    FROM read_csv(?, all_varchar = true, header = true)
)
SELECT operator, count(*),
    count(*) FILTER (msisdn IS NULL) AS NUM101,
    count(*) FILTER (NOT regexp_matches(msisdn, '^0[35789][0-9]{{8}}$')) AS NUM102,
    count(*) FILTER (full_name IS NULL) AS PER101,
    count(*) FILTER (regexp_matches(full_name, '[0-9]')) AS PER102,
    count(*) FILTER (date_of_birth_day IS NULL) AS PER112,
    count(*) FILTER (date_of_birth_day > registered_at_day) AS PER113,
    count(*) FILTER (address IS NULL) AS PER131,
    count(*) FILTER (id_issue_date_day > registered_at_day) AS ID123,
    count(*) FILTER (length(id_number) = 12 AND substr(id_number, 5, 2) <> strftime(date_of_birth_day, '%y')) AS ID111,
    count(*) FILTER (payment_type IS NULL AND registered_at_day >= DATE '2017-04-24') AS REG101
FROM cleaned GROUP BY operator
"""
print(duckdb.execute(QUERY, [sys.argv[1]]).fetchall())

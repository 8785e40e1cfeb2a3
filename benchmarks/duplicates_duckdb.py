"""The rules across records as DuckDB SQL: FOLDER MEMORY TEMPORARY.

A lean rival: values are taken as they stand, nothing is cleaned, findings are counted and not written. Prints how
many records each rule fires on.
"""

import sys
from pathlib import Path

import duckdb

folder, memory, temporary = sys.argv[1:]

RECORDS = """
CREATE TABLE records AS
SELECT
    row_number() OVER () AS record, operator, msisdn, sim_serial, full_name, portrait_hash, clerk_name, payment_type,
    contract_number, pos_kind, id_issue_place, id_number,
    strptime(date_of_birth, '%d/%m/%Y') AS born,
    strptime(id_issue_date, '%d/%m/%Y') AS issued,
    try_strptime(registered_at, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS registered,
    CASE
        WHEN subscriber_kind = 'organisation' AND connection_kind = 'm2m' THEN NULL
        WHEN id_type = 'passport' THEN 'passport:' || nationality || ':' || id_number
        WHEN length(id_number) = 9 THEN 'cmnd:' || id_number
        ELSE id_number
    END AS identity
FROM read_parquet($export)
WHERE status IS DISTINCT FROM 'terminated'
"""

PREPAID = """
CREATE TABLE prepaid AS
SELECT operator, identity, msisdn, min(registered) AS first,
       row_number() OVER (PARTITION BY operator, identity ORDER BY min(registered) NULLS LAST, msisdn) AS place
FROM records
WHERE payment_type = 'prepaid' AND identity IS NOT NULL
GROUP BY operator, identity, msisdn
"""

FOURTH = """
SELECT record FROM records JOIN prepaid USING (operator, identity, msisdn)
WHERE payment_type = 'prepaid' AND place > 3
"""


def groups(key: str, having: str) -> str:
    """Return the records of the groups by `key` for which `having` holds."""
    there = " AND ".join(f"{column} IS NOT NULL" for column in key.split(", "))
    chosen = f"SELECT {key} FROM records WHERE {there} GROUP BY {key} HAVING {having}"
    return f"SELECT record FROM records SEMI JOIN ({chosen}) USING ({key})"


RULES = {
    "DUP101": groups("operator, msisdn", "count(*) > 1"),
    "DUP102": groups("msisdn", "count(DISTINCT operator) > 1"),
    "DUP103": groups("sim_serial", "count(DISTINCT msisdn) > 1"),
    "DUP111": f"{FOURTH} AND contract_number IS NULL AND first >= DATE '2017-04-24'",
    "DUP112": f"{FOURTH} AND pos_kind <> 'own_fixed' AND registered >= DATE '2024-12-24'",
    "DUP121": groups("identity", "count(DISTINCT lower(strip_accents(full_name))) > 1"),
    "DUP122": groups("identity", "count(DISTINCT born) > 1"),
    "DUP123": """
        SELECT DISTINCT one.record FROM records AS one JOIN records AS other
          ON lower(one.full_name) = lower(other.full_name) AND one.born = other.born
         AND one.issued = other.issued AND one.id_issue_place = other.id_issue_place
        WHERE one.id_number <> other.id_number
          AND CASE WHEN length(one.id_number) = length(other.id_number)
                   THEN hamming(one.id_number, other.id_number) = 1 END""",
    "DUP131": groups("portrait_hash", "count(DISTINCT identity) > 1"),
    "DUP141": groups("identity", "count(DISTINCT msisdn) >= 10"),
    "DUP151": """
        SELECT record FROM records SEMI JOIN (
            SELECT operator, clerk_name, date_trunc('minute', registered) AS minute FROM records
            WHERE clerk_name IS NOT NULL AND registered IS NOT NULL AND registered <> date_trunc('day', registered)
            GROUP BY ALL HAVING count(*) >= 10
        ) AS burst ON records.operator = burst.operator AND records.clerk_name = burst.clerk_name
                  AND date_trunc('minute', records.registered) = burst.minute""",
}

# On disk: what does not fit into memory has somewhere to go.
path = Path(temporary) / "records.duckdb"
path.unlink(missing_ok=True)
database = duckdb.connect(path)
database.execute(f"SET memory_limit = '{memory}'")
database.execute(f"SET temp_directory = '{temporary}'")
database.execute("SET preserve_insertion_order = false")
database.execute(RECORDS, {"export": f"{folder}/*.parquet"})
database.execute(PREPAID)
for code, statement in RULES.items():
    print(code, database.execute(f"SELECT count(*) FROM ({statement})").fetchone()[0], flush=True)
database.close()
path.unlink()

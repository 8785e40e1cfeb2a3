-- The common table `records`: one row per record of `export`, a table of path, record (from 1) and the export's
-- columns as text, that takes part in the rules across records.
-- Needs the macros of cleaning.sql and the variable `as_of`.

-- Columns that an export need not have.
ALTER TABLE export ADD COLUMN IF NOT EXISTS info_updated_at VARCHAR;
ALTER TABLE export ADD COLUMN IF NOT EXISTS usage_kind VARCHAR;

CREATE TABLE carrier AS
SELECT text, if(count(DISTINCT known_operator.operator) = 1, any_value(known_operator.operator), text) AS operator
FROM (SELECT DISTINCT clean(operator) AS text FROM export)
LEFT JOIN known_operator ON regexp_matches(coded(text), pattern)
WHERE text IS NOT NULL
GROUP BY text;

CREATE TABLE records AS
WITH cleaned AS (SELECT path, record, clean(COLUMNS(* EXCLUDE (path, record))) FROM export),
     read AS (
         SELECT
             cleaned.*,
             number_text(msisdn) AS stripped,
             document_number(id_number) AS document,
             coalesce(exact.alpha2, folded.alpha2) AS country,
             carrier.operator AS named_operator,
             moment(registered_at) AS registered,
             subscriber(subscriber_kind, organisation_name) AS customer_kind,
             connected(connection_kind, usage_kind, subscriber(subscriber_kind, organisation_name)) AS connection
         FROM cleaned
         LEFT JOIN carrier ON carrier.text = cleaned.operator
         LEFT JOIN country AS exact ON exact.text = words(nationality)
         LEFT JOIN country AS folded ON folded.text = words(fold(nationality))
     ),
     judged AS (
         SELECT
             *,
             CASE
                 WHEN regexp_full_match(stripped, '[35789]\d{8}') THEN '0' || stripped
                 WHEN regexp_full_match(stripped, '\d{10}')
                      AND '0' || left(stripped, 3) IN (SELECT old FROM prefix_2018) THEN '0' || stripped
                 ELSE stripped END AS spelt_number,
             coalesce(registered::DATE, moment(info_updated_at)::DATE, getvariable('as_of')) AS judged_on,
             identity_key(kind_of_paper(coded(id_type), document, country), document, country) AS paper,
             moment(terminated_at)::DATE AS ended
         FROM read
     ),
     numbered AS (
         SELECT
             judged.*,
             CASE
                 WHEN regexp_full_match(spelt_number, '0[35789]\d{8}') THEN spelt_number
                 WHEN regexp_full_match(spelt_number, '\d{11}') AND prefix_2018.old IS NOT NULL
                     THEN prefix_2018.new || spelt_number[5:]
                 WHEN connection = 'm2m' THEN nullif(spelt_number, '')
             END AS number,
             CASE WHEN customer_kind = 'individual' OR connection = 'h2h' THEN paper END AS identity,
             CASE
                 WHEN judged_on < DATE '2017-04-24' THEN 'old'
                 WHEN judged_on < DATE '2024-12-24' THEN 'D49'
                 ELSE 'D163'
             END AS era
         FROM judged
         LEFT JOIN prefix_2018 ON prefix_2018.old = left(spelt_number, 4)
     )
SELECT
    path,
    record,
    named_operator,                                   -- NULL: the operator is not known
    coalesce(named_operator, '(unknown)') AS operator,
    number,
    identity,
    -- Whose numbers DUP111 to DUP113 count.
    CASE
        WHEN customer_kind = 'individual' THEN identity
        WHEN customer_kind = 'organisation' AND connection = 'h2h' AND era = 'D163'
            THEN 'mst:' || tax_code(organisation_tax_code, registered)
    END AS customer,
    document,
    lower(full_name) AS name,
    CASE WHEN is_name(full_name) THEN letters(without_title(full_name)) END AS folded_name,
    moment(date_of_birth)::DATE AS born,
    moment(id_issue_date)::DATE AS issued,
    id_issue_place,
    payment(payment_type) AS payment,
    reference(contract_number) AS contract_number,
    point_kind(pos_kind) AS point,
    sim(sim_serial) AS sim_serial,
    CASE WHEN NOT is_flag(portrait_hash) AND NOT is_placeholder_image(portrait_hash)
        THEN reference(portrait_hash) END AS portrait,
    clerk_name,
    registered,
    CASE WHEN registered_at LIKE '%:%' THEN date_trunc('minute', registered) END AS minute,
    era
FROM numbered
WHERE NOT CASE
    WHEN state(status) <> 'unrecognised' THEN state(status) = 'terminated'
    ELSE coalesce(ended <= getvariable('as_of') AND ended >= coalesce(registered::DATE, ended), false)
END;

-- Numbers of one operator and customer, each once, in the order of DUP111 and DUP112, and of DUP113.
CREATE VIEW prepaid_numbers AS
SELECT
    operator,
    customer,
    number,
    min(registered) AS first_registered,
    row_number() OVER (PARTITION BY operator, customer ORDER BY min(registered) NULLS LAST, number) AS place
FROM records
WHERE payment = 'prepaid' AND customer IS NOT NULL AND number IS NOT NULL
GROUP BY operator, customer, number;

CREATE VIEW all_numbers AS
SELECT
    operator,
    customer,
    number,
    min(registered) AS first_registered,
    row_number() OVER (PARTITION BY operator, customer ORDER BY min(registered) NULLS LAST, number) AS place
FROM records
WHERE customer IS NOT NULL AND number IS NOT NULL
GROUP BY operator, customer, number;

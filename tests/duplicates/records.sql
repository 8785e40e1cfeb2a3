-- The common table `records`: one row per record of `export`, a table of path, record (from 1) and the export's
-- columns as text.  Cleaned as section 2 of the catalogue asks; dates only as dd/mm/yyyy [HH:MM[:SS]].
-- Needs the variables `reference` (the folder of reference lists) and `as_of`.

-- Text ----------------------------------------------------------------------------------------------------------

CREATE MACRO tidy(t) AS trim(regexp_replace(
    regexp_replace(nfc_normalize(t), '[\x{200B}-\x{200D}\x{2060}\x{FEFF}]', '', 'g'), '[\s\x{A0}]+', ' ', 'g'));

CREATE MACRO clean(t) AS CASE
    WHEN lower(tidy(t)) NOT IN ('', '-', '--', '.', '?', 'null', 'none', 'n/a', 'na', 'nil',
                                'không có', 'khong co', 'chưa có', 'chua co') THEN tidy(t) END;

-- Lower case without diacritics; đ has two look-alikes: Ð (U+00D0) and Ɖ (U+0189).
CREATE MACRO fold(t) AS regexp_replace(strip_accents(lower(t)), '[đðɖ]', 'd', 'g');

-- In names of countries everything but letters and digits is a space.
CREATE MACRO words(t) AS trim(regexp_replace(lower(t), '[^\p{L}\p{N}]+', ' ', 'g'));

CREATE MACRO moment(t) AS try_strptime(t, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y']);

-- Reference lists -----------------------------------------------------------------------------------------------

CREATE TABLE code AS
SELECT DISTINCT "column", fold(text) AS text, code
FROM read_csv(getvariable('reference') || '/codes.csv', all_varchar = true);

CREATE TABLE carrier AS
SELECT DISTINCT fold(unnest([text, operator])) AS text, operator
FROM read_csv(getvariable('reference') || '/operators.csv', all_varchar = true);

CREATE TABLE prefix_2018 AS
SELECT old, new FROM read_csv(getvariable('reference') || '/prefixes_2018.csv', all_varchar = true);

-- A text is compared with its diacritics first, then without; a country's name wins over another's code.
CREATE TABLE country AS
WITH listed AS (SELECT * FROM read_csv(getvariable('reference') || '/countries.csv', all_varchar = true)),
     named AS (
         SELECT alpha2, unnest([name_en, name_vi] || string_split(coalesce(other, ''), '|')) AS text, 1 AS rank
         FROM listed
         UNION ALL
         SELECT alpha2, unnest([alpha2, alpha3, "numeric"]), 2 FROM listed
     ),
     spelt AS (
         SELECT words(text) AS text, alpha2, rank FROM named
         UNION ALL
         SELECT words(fold(text)), alpha2, rank + 2 FROM named
     )
SELECT text, arg_min(alpha2, rank) AS alpha2 FROM spelt WHERE text <> '' GROUP BY text;

-- Subscriber number ---------------------------------------------------------------------------------------------

CREATE MACRO domestic(digits) AS CASE
    WHEN regexp_full_match(digits, '(0084|84)\d{9}') THEN '0' || right(digits, 9)
    WHEN regexp_full_match(digits, '[35789]\d{8}') THEN '0' || digits
    ELSE digits END;

CREATE MACRO number_text(t) AS
    domestic(ltrim(regexp_replace(regexp_replace(t, '\.0$', ''), '[ .()-]', '', 'g'), '''+'));

-- Identity document ---------------------------------------------------------------------------------------------

CREATE MACRO document_number(t) AS upper(regexp_replace(regexp_replace(t, '[ .-]', '', 'g'), '^''', ''));

CREATE MACRO document_kind(text, number) AS CASE
    WHEN text IS NULL THEN CASE
        WHEN regexp_full_match(number, '\d{9}') THEN 'cmnd'
        WHEN regexp_full_match(number, '\d{12}') THEN 'cccd'
        WHEN regexp_full_match(number, '[A-Z]\d{7,8}') THEN 'passport' END
    WHEN regexp_matches(text, 'si quan|quan nhan|quan doi|cong an nhan dan') THEN 'other'
    WHEN regexp_matches(text, 'giay chung nhan can cuoc|^certificate$') THEN 'certificate'
    WHEN regexp_matches(text, 'can cuoc dien tu|dinh danh dien tu|\bvneid\b|^e_id$') THEN 'e_id'
    WHEN regexp_matches(text, 'can cuoc cong dan|\bcccd\b') THEN CASE
        WHEN regexp_matches(text, 'chung minh|\b(cmnd|cmt)\b') AND regexp_full_match(number, '\d{9}') THEN 'cmnd'
        ELSE 'cccd' END
    WHEN regexp_matches(text, 'can cuoc|^can_cuoc$') THEN 'can_cuoc'
    WHEN regexp_matches(text, 'chung minh|\b(cmnd|cmt)\b') THEN 'cmnd'
    WHEN regexp_matches(text, 'ho chieu|passport|\b(hc|pp)\b') THEN 'passport'
    ELSE 'other' END;

-- All digits the same, or running up or down by one (ID106).
CREATE MACRO runs(digits) AS digits <> '' AND (
    digits = repeat(left(digits, 1), length(digits))
    OR contains('012345678901234567890123456789', digits)
    OR contains('987654321098765432109876543210', digits));

CREATE MACRO is_placeholder(number) AS
    length(number) >= 6 AND runs(regexp_replace(number, '[^0-9]', '', 'g'));

CREATE MACRO identity_key(kind, number, country) AS CASE
    WHEN is_placeholder(number) THEN NULL
    WHEN kind IN ('cmnd', 'cccd', 'can_cuoc', 'e_id', 'certificate') AND regexp_full_match(number, '\d{12}')
        THEN number
    WHEN kind = 'cmnd' AND regexp_full_match(number, '\d{9}') THEN 'cmnd:' || number
    WHEN kind = 'passport' AND country = 'VN' AND NOT regexp_full_match(number, '[A-Z]\d{7,8}') THEN NULL
    WHEN kind = 'passport' AND regexp_full_match(number, '[A-Z0-9]{5,9}')
        THEN 'passport:' || coalesce(country, '') || ':' || number
    END;

-- Records -------------------------------------------------------------------------------------------------------

CREATE TABLE records AS
WITH cleaned AS (SELECT path, record, clean(COLUMNS(* EXCLUDE (path, record))) FROM export),
     read AS (
         SELECT
             cleaned.*,
             number_text(msisdn) AS number,
             document_number(id_number) AS document,
             document_kind(fold(id_type), document_number(id_number)) AS kind,
             coalesce(exact.alpha2, folded.alpha2) AS country,
             coalesce(carrier.operator, cleaned.operator) AS named_operator,
             moment(registered_at) AS registered,
             connection.code = 'm2m' AS m2m,
             -- Unrecognised or missing: an organisation's name says that it is one.
             coalesce(subscriber.code = 'organisation', organisation_name IS NOT NULL) AS organisation,
             coalesce(state.code = 'terminated', false)
                 OR coalesce(moment(terminated_at)::DATE <= getvariable('as_of'), false) AS terminated,
             payment.code AS payment,
             point.code AS point
         FROM cleaned
         LEFT JOIN carrier ON carrier.text = fold(cleaned.operator)
         LEFT JOIN country AS exact ON exact.text = words(nationality)
         LEFT JOIN country AS folded ON folded.text = words(fold(nationality))
         LEFT JOIN code AS connection
             ON connection."column" = 'connection_kind' AND connection.text = fold(connection_kind)
         LEFT JOIN code AS subscriber
             ON subscriber."column" = 'subscriber_kind' AND subscriber.text = fold(subscriber_kind)
         LEFT JOIN code AS state
             ON state."column" = 'status' AND state.text = fold(status)
         LEFT JOIN code AS payment
             ON payment."column" = 'payment_type' AND payment.text = fold(payment_type)
         LEFT JOIN code AS point
             ON point."column" = 'pos_kind' AND point.text = fold(pos_kind)
     )
SELECT
    path,
    record,
    named_operator,                                   -- NULL: the operator is not known
    coalesce(named_operator, '(unknown)') AS operator,
    CASE
        WHEN regexp_full_match(number, '0[35789]\d{8}') THEN number
        WHEN regexp_full_match(number, '\d{11}') AND prefix_2018.old IS NOT NULL THEN prefix_2018.new || number[5:]
        WHEN m2m THEN nullif(number, '')
    END AS number,
    CASE WHEN NOT (organisation AND coalesce(m2m, false)) THEN identity_key(kind, document, country) END AS identity,
    document,
    full_name,
    fold(full_name) AS folded_name,
    moment(date_of_birth)::DATE AS born,
    moment(id_issue_date)::DATE AS issued,
    id_issue_place,
    payment,
    contract_number,
    pos_kind,
    point,
    sim_serial,
    portrait_hash AS portrait,
    clerk_name,
    registered,
    CASE WHEN registered_at LIKE '%:%' THEN date_trunc('minute', registered) END AS minute,
    CASE
        WHEN coalesce(registered::DATE, getvariable('as_of')) < DATE '2017-04-24' THEN 'old'
        WHEN coalesce(registered::DATE, getvariable('as_of')) < DATE '2024-12-24' THEN 'D49'
        ELSE 'D163'
    END AS era
FROM read
LEFT JOIN prefix_2018 ON prefix_2018.old = left(number, 4)
WHERE NOT terminated;

-- Prepaid numbers of one operator and identity, each once, in the order of DUP111 and DUP112.
CREATE VIEW prepaid_numbers AS
SELECT
    operator,
    identity,
    number,
    min(registered) AS first_registered,
    row_number() OVER (PARTITION BY operator, identity ORDER BY min(registered) NULLS LAST, number) AS place
FROM records
WHERE payment = 'prepaid' AND identity IS NOT NULL AND number IS NOT NULL
GROUP BY operator, identity, number;

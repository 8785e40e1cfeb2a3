-- Cleaning as section 2 of the catalogue asks, as macros; dates only as dd/mm/yyyy [HH:MM[:SS]].
-- Needs the variable `reference` (the folder of reference lists).

-- Text ----------------------------------------------------------------------------------------------------------

CREATE MACRO spaced(t) AS trim(regexp_replace(
    regexp_replace(nfc_normalize(t), '[\x{200B}-\x{200D}\x{2060}\x{FEFF}]', '', 'g'), '[\s\x{A0}]+', ' ', 'g'));

-- A spreadsheet's guard is taken off.
CREATE MACRO tidy(t) AS spaced(regexp_replace(spaced(t), '^="(.*)"$', '\1'));

-- Lower case without diacritics; đ has two look-alikes: Ð (U+00D0) and Ɖ (U+0189).
CREATE MACRO fold(t) AS regexp_replace(strip_accents(lower(t)), '[đðɖ]', 'd', 'g');

CREATE MACRO clean(t) AS CASE
    WHEN NOT regexp_full_match(fold(tidy(t)),
        '[-\x{2010}-\x{2015}\x{2212}\x{FE58}\x{FE63}\x{FF0D}._*?…/ ]*|[(<\[]null[)>\]]|\\n|null|none|nil|n/a|na|<na>|nan|nat'
        || '|#n/a|#(ref|value|null|num|div/0)!|#name\?|khong (co|ro|xac dinh)|chua (co|cap nhat)') THEN tidy(t) END;

-- A portrait, a scan, a contract: some texts say that there is none.
CREATE MACRO reference(t) AS CASE
    WHEN fold(clean(t)) NOT IN ('khong', 'no', 'n', 'false', '0', 'chua') THEN clean(t) END;

CREATE MACRO is_flag(t) AS fold(t) IN ('co', 'yes', 'y', 'true', 'x', '1', 'da co');

CREATE MACRO is_placeholder_image(t) AS
    regexp_replace(regexp_replace(regexp_extract(fold(t), '[^/\\]*$'), '\.[^.]*$', ''), '[^\p{L}\p{N}]', '', 'g')
    IN ('noimage', 'nophoto', 'noavatar', 'default', 'blank', 'empty', 'avatar', 'image', 'photo');

-- In names of countries everything but letters and digits is a space.
CREATE MACRO words(t) AS trim(regexp_replace(lower(t), '[^\p{L}\p{N}]+', ' ', 'g'));

-- A year has four digits: %Y takes two as well.
CREATE MACRO day_and_time(t) AS CASE
    WHEN regexp_matches(t, '^\d\d?/\d\d?/\d{4}\b')
    THEN try_strptime(t, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y %H:%M', '%d/%m/%Y']) END;

CREATE MACRO moment(t) AS CASE
    WHEN day_and_time(t)::DATE NOT IN ('0001-01-01', '1900-01-01', '1970-01-01', '9999-12-31') THEN day_and_time(t) END;

-- Names ---------------------------------------------------------------------------------------------------------

CREATE MACRO without_title(t) AS CASE
    WHEN regexp_matches(t, '^((?i:ông|bà|chị|anh|mrs|mr|ms)|ONG|CHI)(\. ?| )\S+ .*\S')
      OR regexp_matches(t, '^(?i:ong|ba|chi)\. ?\S+ .*\S')
    THEN regexp_replace(t, '^\p{L}+\.? ?', '')
    ELSE t END;

CREATE MACRO letters(t) AS replace(
    regexp_replace(replace(replace(replace(fold(t), 'ß', 'ss'), 'ø', 'o'), 'ł', 'l'), '[^\p{L}]', '', 'g'), 'y', 'i');

-- PER102, PER103: letters of UTF-8 read as Latin-1, question marks, TCVN3 and VNI.
CREATE MACRO is_name(t) AS regexp_matches(t, '\p{L}')
    AND NOT regexp_matches(t, '\p{Nd}')
    AND (length(replace(t, ' ', '')) = 1
         OR replace(lower(t), ' ', '') <> repeat(lower(left(t, 1)), length(replace(t, ' ', ''))))
    AND letters(without_title(t)) NOT IN (
        'test', 'khachhang', 'khachle', 'chuthuebao', 'khongten', 'chuacoten', 'unknown', 'noname', 'abc', 'xxx',
        'sim', 'anonimous')
    AND NOT regexp_matches(t, '\x{FFFD}|\pC|á»|áº|Ä‘|Æ°|Ã[\x{A1}-\x{BF}]|[?]|[a-zA-Z][¨©®]|[ae][êã]');

-- Reference lists -----------------------------------------------------------------------------------------------

CREATE TABLE known_operator AS
SELECT '\b' || regexp_replace(lower(name), '(.)', '\1 ?', 'g') || '\b' AS pattern,
       replace(name, 'VNPT', 'VinaPhone') AS operator
FROM (SELECT unnest(['Viettel', 'VinaPhone', 'VNPT', 'MobiFone', 'Vietnamobile', 'Gmobile', 'iTel', 'Wintel', 'Local',
                     'FPT', 'VNSKY']) AS name);

CREATE TABLE prefix_2018 AS
SELECT old, new FROM read_csv(getvariable('reference') || '/prefixes_2018.csv', all_varchar = true);

-- A text is compared with its diacritics first, then without; a country's name wins over another's code.
CREATE TABLE country AS
WITH listed AS (SELECT * FROM read_csv(getvariable('reference') || '/countries.csv', all_varchar = true)),
     named AS (
         SELECT alpha2, unnest([name_en, name_vi] || string_split(coalesce(other, ''), '|')) AS text, 1 AS rank
         FROM listed
         UNION ALL
         SELECT alpha2, unnest([alpha2, alpha3]), 2 FROM listed
     ),
     spelt AS (
         SELECT words(text) AS text, alpha2, rank FROM named
         UNION ALL
         SELECT words(fold(text)), alpha2, rank + 2 FROM named
     )
SELECT text, arg_min(alpha2, rank) AS alpha2 FROM spelt WHERE text <> '' GROUP BY text;

-- Coded columns: NULL where there is no text, 'unrecognised' where it says nothing that is known --------------------

CREATE MACRO coded(t) AS trim(regexp_replace(fold(t), '[^a-z0-9]+', ' ', 'g'));

CREATE MACRO says(t, listed) AS regexp_matches(coded(t), '\b(' || listed || ')\b');

CREATE MACRO denies(t, listed) AS
    says(t, '(khong|chua|ngung|dung|het|not|non)( (phai|duoc|bi|con))* (' || listed || ')');

CREATE MACRO payment(t) AS CASE
    WHEN t IS NULL THEN NULL
    WHEN denies(t, 'tra|tt|ts|pre|prepaid|post|postpaid') THEN 'unrecognised'
    WHEN says(t, 'tra sau|tt sau|thanh toan sau|ts|tsau|postpaid|postpay|post')
        THEN if(says(t, 'tra truoc|tt truoc|thanh toan truoc|prepaid|pre'), 'unrecognised', 'postpaid')
    WHEN says(t, 'tra truoc|tt truoc|thanh toan truoc|tt|prepaid|pre') THEN 'prepaid'
    ELSE 'unrecognised' END;

CREATE MACRO state(t) AS CASE
    WHEN t IS NULL THEN NULL
    WHEN says(t, '2 chieu|hai chieu|2c') THEN CASE
        WHEN says(t, 'mo') THEN 'active'
        WHEN says(t, 'khoa|chan|tam dung|ngung|cat') THEN 'two_way'
        ELSE 'active' END
    WHEN says(t, 'mo khoa|mo chan') THEN 'unrecognised'
    WHEN says(t, '1 chieu|mot chieu|1c|chieu di|one way') THEN 'one_way'
    WHEN coded(t) = 'two way' THEN 'two_way'
    WHEN denies(t, 'hoat dong|hd|binh thuong|kich hoat|active|huy|thanh ly') THEN 'unrecognised'
    WHEN says(t, 'cham dut|thanh ly|huy|cat|thu hoi|terminated|cancelled|canceled|deactivated') THEN 'terminated'
    WHEN says(t, 'hoat dong|hd|binh thuong|kich hoat|active') THEN 'active'
    ELSE 'unrecognised' END;

CREATE MACRO point_kind(t) AS CASE
    WHEN t IS NULL THEN NULL
    WHEN denies(t, 'truc tuyen|online|app|uy quyen|dai ly|luu dong|cua hang') THEN 'unrecognised'
    WHEN says(t, 'truc tuyen|online|app|website|ekyc|tu dang ky') THEN 'online'
    WHEN says(t, 'uy quyen|dai ly|authorised') THEN 'authorised'
    WHEN says(t, 'luu dong|own mobile') THEN 'own_mobile'
    WHEN says(t, 'cua hang|diem co dinh|own fixed') THEN 'own_fixed'
    ELSE 'unrecognised' END;

CREATE MACRO subscriber(t, organisation_name) AS CASE
    WHEN t IS NULL THEN if(organisation_name IS NULL, 'individual', 'organisation')
    WHEN coded(t) IN ('cn', 'khcn', 'vns') THEN 'individual'
    WHEN says(t, 'to chuc|doanh nghiep|cong ty|khdn|tc|dn|organisation|organization|company') THEN 'organisation'
    WHEN says(t, 'ca nhan|individual') THEN 'individual'
    ELSE 'unrecognised' END;

CREATE MACRO connected(t, usage_kind, subscriber_kind) AS CASE
    WHEN t IS NULL THEN if(coalesce(says(usage_kind, 'thiet bi|device'), false) AND subscriber_kind = 'organisation',
                           'm2m', 'h2h')
    WHEN coded(t) IN ('non h2h', 'khong phai h2h') OR says(t, 'm2m|iot') THEN 'm2m'
    WHEN says(t, 'h2h') THEN 'h2h'
    ELSE 'unrecognised' END;

-- Numbers -------------------------------------------------------------------------------------------------------

CREATE MACRO domestic(digits) AS regexp_replace(digits, '^(0084|84)0?(\d{9,10})$', '0\2');

CREATE MACRO number_text(t) AS domestic(
    ltrim(regexp_replace(regexp_replace(t, '^([^.]*\d)\.0+$', '\1'), '[ .()-]', '', 'g'), '''+'));

CREATE MACRO document_number(t) AS upper(regexp_replace(
    regexp_replace(regexp_replace(t, '^(\d+)\.0+$', '\1'), '[ .-]', '', 'g'), '^''', ''));

CREATE MACRO sim(t) AS nullif(regexp_extract(document_number(t), '^(\d{18,20})F?$', 1), '');

-- Ten digits with a right check digit; three more are a branch.
CREATE MACRO checked(digits) AS
    10 - list_sum([n * digits[i]::INT FOR n, i IN [31, 29, 23, 19, 17, 13, 7, 5, 3]]) % 11 = digits[10]::INT;

CREATE MACRO right_tax_code(digits, registered) AS CASE
    WHEN regexp_full_match(digits, '\d{9}') THEN if(checked('0' || digits), '0' || digits, NULL)
    WHEN regexp_full_match(digits, '\d{12}') THEN if(registered >= DATE '2025-07-01', digits, NULL)
    WHEN regexp_full_match(digits, '\d{13}') AND right(digits, 3) = '000' THEN NULL
    WHEN regexp_full_match(digits, '\d{10}|\d{13}') THEN if(checked(left(digits, 10)), digits, NULL) END;

CREATE MACRO tax_code(t, registered) AS right_tax_code(document_number(t), registered);

-- Identity document ---------------------------------------------------------------------------------------------

-- What a text names, of the papers of which several may be named together.
CREATE MACRO without_e_id(text) AS regexp_replace(text, 'can cuoc dien tu|\bvneid\b|dinh danh dien tu|^e id$', ' ', 'g');
CREATE MACRO without_cccd(text) AS regexp_replace(without_e_id(text), 'can cuoc cong dan|\bcccd\b', ' ', 'g');
CREATE MACRO named(text) AS list_filter([
    if(without_e_id(text) <> text, 'e_id', NULL),
    if(without_cccd(text) <> without_e_id(text), 'cccd', NULL),
    if(regexp_matches(without_cccd(text), 'can cuoc|\bcc\b'), 'can_cuoc', NULL),
    if(regexp_matches(text, 'chung minh|\b(cmnd|cmt|cmtnd)\b'), 'cmnd', NULL),
    if(regexp_matches(text, 'ho chieu|passport|\b(hc|pp)\b'), 'passport', NULL)], lambda name: name IS NOT NULL);

CREATE MACRO kind_of_paper(text, number, country) AS CASE
    WHEN regexp_matches(text, 'si quan|quan nhan|quan doi|cong an nhan dan|\bcmtqd\b') THEN 'military'
    WHEN regexp_matches(text, '\b(gpkd|dkkd|dkdn|gcndkdn|gcndkkd|mst)\b|(giay phep|dang ky|dang ky ho) kinh doanh'
        || '|dang ky doanh nghiep|chung nhan phap nhan|(giay phep|chung nhan|chung nhan dang ky) dau tu'
        || '|(giay phep|quyet dinh) thanh lap|ma so thue') THEN 'legal'
    WHEN regexp_matches(text, 'giay phep lai xe|\b(gplx|bhyt)\b|bao hiem y te|so ho khau|the sinh vien') THEN 'other'
    WHEN regexp_matches(text, 'giay chung nhan can cuoc|^certificate$') THEN 'certificate'
    WHEN text IN ('khac', 'loai khac', 'giay to khac', 'other', 'military') THEN 'other'
    WHEN len(named(text)) = 1 THEN named(text)[1]
    WHEN country <> 'VN' THEN 'passport'
    WHEN regexp_full_match(number, '\d{9}') THEN 'cmnd'
    WHEN regexp_full_match(number, '\d{12}') THEN 'cccd'
    WHEN regexp_full_match(number, '[A-Z]\d{7,8}') THEN 'passport' END;

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
    WHEN kind = 'passport' AND country IS NOT NULL AND regexp_full_match(number, '[A-Z0-9]{5,9}')
        THEN 'passport:' || country || ':' || number
    END;

-- Every record of an identity with more than one name, diacritics and case apart.
SELECT path, record, identity AS members
FROM records
WHERE identity IN (SELECT identity FROM records GROUP BY identity HAVING count(DISTINCT folded_name) > 1)

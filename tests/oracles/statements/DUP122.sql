-- Every record of an identity with more than one birth date.
SELECT path, record, identity AS members
FROM records
WHERE identity IN (SELECT identity FROM records GROUP BY identity HAVING count(DISTINCT born) > 1)

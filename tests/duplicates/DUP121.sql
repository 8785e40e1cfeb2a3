-- Every record of an identity with more than one folded name; what is no name counts as none.
SELECT path, record, identity AS members
FROM records
WHERE identity IN (SELECT identity FROM records GROUP BY identity HAVING count(DISTINCT folded_name) > 1)

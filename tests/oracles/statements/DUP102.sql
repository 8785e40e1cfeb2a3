-- Every record of a number that two or more named operators list.
SELECT path, record, number AS members
FROM records
WHERE number IN (SELECT number FROM records GROUP BY number HAVING count(DISTINCT named_operator) > 1)

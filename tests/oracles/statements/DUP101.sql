-- Every record of a number that the same operator lists more than once.
SELECT path, record, operator || '|' || number AS members
FROM records
WHERE number IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY operator, number) > 1

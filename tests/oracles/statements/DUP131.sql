-- Every record of a portrait that two or more identities use.
SELECT path, record, portrait AS members
FROM records
WHERE portrait IN (SELECT portrait FROM records GROUP BY portrait HAVING count(DISTINCT identity) > 1)

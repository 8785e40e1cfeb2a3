-- Every record with a number of one operator and identity whose SIMs of one block (the serial without its last three
-- digits) are on five or more numbers.
SELECT path, record, concat_ws('|', operator, identity, sim_serial[:-4]) AS members
FROM records
JOIN (
    SELECT operator, identity, sim_serial[:-4] AS block
    FROM records
    WHERE identity IS NOT NULL AND sim_serial IS NOT NULL
    GROUP BY ALL
    HAVING count(DISTINCT number) >= 5
) AS activated USING (operator, identity)
WHERE sim_serial[:-4] = block
  AND number IS NOT NULL

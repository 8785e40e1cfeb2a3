-- Every record of a SIM serial number on more than one subscriber number.
SELECT path, record, sim_serial AS members
FROM records
WHERE number IS NOT NULL
  AND sim_serial IN (SELECT sim_serial FROM records GROUP BY sim_serial HAVING count(DISTINCT number) > 1)

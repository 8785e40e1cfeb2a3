-- Every record of one operator and clerk in a minute with ten or more registrations.
SELECT path, record, operator || '|' || clerk_name || '|' || minute AS members
FROM records
WHERE clerk_name IS NOT NULL AND minute IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY operator, clerk_name, minute) >= 10

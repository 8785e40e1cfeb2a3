-- Every record of one operator and clerk in a minute with ten or more registrations; online registrations, whose clerk
-- is a system, and those of an unknown kind of point take no part.
SELECT path, record, operator || '|' || clerk_name || '|' || minute AS members
FROM records
WHERE clerk_name IS NOT NULL
  AND minute IS NOT NULL
  AND (point IS NULL OR point NOT IN ('online', 'unrecognised'))
QUALIFY count(*) OVER (PARTITION BY operator, clerk_name, minute) >= 10

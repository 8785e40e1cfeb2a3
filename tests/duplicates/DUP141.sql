-- Every record with a number of an identity with ten or more numbers, over all operators.
SELECT path, record, identity AS members
FROM records
WHERE number IS NOT NULL
  AND identity IN (SELECT identity FROM records GROUP BY identity HAVING count(DISTINCT number) >= 10)

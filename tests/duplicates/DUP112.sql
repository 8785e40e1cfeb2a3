-- The fourth and later prepaid number of one identity at one operator, registered elsewhere than at a fixed point of
-- its own.  A kind of point that is not recognised is not an own fixed one either.
SELECT path, record, operator || '|' || identity AS members
FROM records
JOIN prepaid_numbers USING (operator, identity, number)
WHERE payment = 'prepaid'
  AND place >= 4
  AND pos_kind IS NOT NULL
  AND point IS DISTINCT FROM 'own_fixed'
  AND era = 'D163'

-- The fourth and later prepaid number of one customer at one operator, registered elsewhere than at a fixed point of
-- its own.
SELECT path, record, operator || '|' || customer AS members
FROM records
JOIN prepaid_numbers USING (operator, customer, number)
WHERE payment = 'prepaid'
  AND place >= 4
  AND point IN ('own_mobile', 'authorised', 'online')
  AND era = 'D163'
  AND (first_registered >= DATE '2017-04-24' OR first_registered IS NULL)

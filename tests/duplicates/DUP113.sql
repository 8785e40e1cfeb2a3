-- The fourth and later number of one customer at one operator, prepaid or not, registered online.
SELECT path, record, operator || '|' || customer AS members
FROM records
JOIN all_numbers USING (operator, customer, number)
WHERE place >= 4
  AND point = 'online'
  AND era = 'D163'
  AND (first_registered >= DATE '2017-04-24' OR first_registered IS NULL)

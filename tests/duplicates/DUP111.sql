-- The fourth and later prepaid number of one customer at one operator, without a contract.
SELECT path, record, operator || '|' || customer AS members
FROM records
JOIN prepaid_numbers USING (operator, customer, number)
WHERE payment = 'prepaid'
  AND place >= 4
  AND contract_number IS NULL
  AND era IN ('D49', 'D163')
  AND (first_registered >= DATE '2017-04-24' OR first_registered IS NULL)

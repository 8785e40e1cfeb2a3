-- One person, one issue, and two document numbers of the same length that differ in exactly one character.
SELECT DISTINCT
    one.path,
    one.record,
    concat_ws('|', one.name, one.born, one.issued, one.id_issue_place) AS members
FROM records AS one
JOIN records AS other
  ON one.name = other.name
 AND one.born = other.born
 AND one.issued = other.issued
 AND one.id_issue_place = other.id_issue_place
WHERE CASE WHEN length(one.document) = length(other.document) THEN hamming(one.document, other.document) = 1 END

SELECT 1 AS "Answer"

SELECT p.child_id, p.item, i.name AS item_name, coalesce(i.excludes, p.item) AS excludes,
       sum(coalesce(p.amount_fen, 0)) AS paid_fen, count(*) AS times,
       min(p.school_name) AS first_school, max(p.school_name) AS last_school
FROM aid_paid AS p
LEFT JOIN policy_aid_items AS i ON i.code = p.item
WHERE p.term = :aid_term
GROUP BY p.child_id, p.item, i.name, coalesce(i.excludes, p.item)

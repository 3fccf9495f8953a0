SELECT o.child_id, a.item, i.name AS item_name, i.excludes,
       max(a.term_fen) AS term_fen, max(CASE WHEN a.exact THEN 1 ELSE 0 END) AS exact, min(c.name) AS category_name
FROM on_roll AS o
INNER JOIN category AS c ON c.child_id = o.child_id
INNER JOIN policy_school_stages AS s ON s.position = o.position - :grade_shift
INNER JOIN policy_aid_schemes AS a
        ON a.category = c.code AND a.stage = s.stage
       AND (a.boarding = 'any' OR o.boarding IS NULL OR a.boarding = o.boarding)
INNER JOIN policy_aid_items AS i ON i.code = a.item
WHERE o.state = 'active'
GROUP BY o.child_id, a.item, i.name, i.excludes

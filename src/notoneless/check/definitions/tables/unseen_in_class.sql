SELECT DISTINCT o.school_key, o.grade, o.class_no
FROM on_roll AS o
ANTI JOIN seen AS h ON h.child_id = o.child_id
WHERE o.state = 'active'

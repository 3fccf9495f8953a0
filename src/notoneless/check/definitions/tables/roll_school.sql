SELECT DISTINCT r.child_id, coalesce(nullif(r.school_code, ''), k.school_key) AS school_key
FROM school_roll AS r
LEFT JOIN school_key AS k ON k.school_name = r.school_name
WHERE coalesce(r.roll_status, 'active') = 'active'

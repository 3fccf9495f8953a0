WITH ranked AS (
    SELECT r.child_id, r.school_name, r.grade, coalesce(r.class_no, '') AS class_no, r.boarding, r.id_state,
           coalesce(nullif(r.school_code, ''), k.school_key) AS school_key,
           coalesce(r.roll_status, 'active') AS state,
           s.name AS grade_name, s.stage, s.position, s.compulsory,
           row_number() OVER (
               PARTITION BY r.child_id
               ORDER BY CASE coalesce(r.roll_status, 'active')
                            WHEN 'active' THEN 1 WHEN 'leave' THEN 2 WHEN 'graduated' THEN 3
                            WHEN 'transferred_out' THEN 4 ELSE 5 END,
                        coalesce(s.position, -9) DESC, r.list_date DESC, r.delivery_number, r.row_no
           ) AS place_in_order
    FROM school_roll AS r
    LEFT JOIN policy_school_stages AS s ON s.grade = r.grade
    LEFT JOIN school_key AS k ON k.school_name = r.school_name
)
SELECT child_id, school_name, grade, class_no, boarding, school_key, state, grade_name, stage, position, compulsory,
       coalesce(school_name, '校名不详') || coalesce(grade_name, '') AS school_and_grade
FROM ranked
WHERE place_in_order = 1

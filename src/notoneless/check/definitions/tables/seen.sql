WITH ranked AS (
    SELECT h.child_id, h.school_name, h.grade, coalesce(h.class_no, '') AS class_no,
           h.last_seen_date, h.absent_reason, h.list_date,
           coalesce(h.present, '1') AS present,
           coalesce(nullif(h.school_code, ''), k.school_key) AS school_key,
           s.name AS grade_name, s.position, s.compulsory,
           row_number() OVER (
               PARTITION BY h.child_id
               ORDER BY h.list_date DESC, coalesce(h.present, '1') DESC, h.delivery_number, h.row_no
           ) AS place_in_order
    FROM head_count AS h
    LEFT JOIN policy_school_stages AS s ON s.grade = h.grade
    LEFT JOIN school_key AS k ON k.school_name = h.school_name
)
SELECT child_id, school_name, grade, class_no, last_seen_date, absent_reason, list_date, present, school_key, position,
       compulsory,
       coalesce(school_name, '校名不详') || coalesce(grade_name, '') AS school_and_grade
FROM ranked
WHERE place_in_order = 1

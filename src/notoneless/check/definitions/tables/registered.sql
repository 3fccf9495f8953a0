WITH ranked AS (
    SELECT child_id, coalesce(hukou_status, 'normal') AS status, status_date,
           row_number() OVER (
               PARTITION BY child_id
               ORDER BY list_date DESC,
                        CASE coalesce(hukou_status, 'normal') WHEN 'normal' THEN 1 WHEN 'dead' THEN 2 ELSE 3 END,
                        delivery_number, row_no
           ) AS place_in_order
    FROM hukou
)
SELECT child_id, status, status_date
FROM ranked
WHERE place_in_order = 1

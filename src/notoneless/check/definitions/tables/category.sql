WITH found AS (
    SELECT child_id, 'poverty_lifted' AS code FROM poverty WHERE household_type = 'poor_lifted'
    UNION
    SELECT child_id, 'monitored' AS code FROM poverty WHERE coalesce(monitor_kind, '') <> ''
    UNION
    SELECT child_id, 'low_income' AS code FROM low_income
    UNION
    SELECT child_id, 'destitute' AS code FROM destitute
    UNION
    SELECT child_id, CASE orphan_kind WHEN 'unsupported' THEN 'unsupported' ELSE 'orphan' END AS code FROM orphan
    UNION
    SELECT child_id, 'disabled' AS code FROM disability
)
SELECT f.child_id, f.code, c.name
FROM found AS f
INNER JOIN policy_aid_categories AS c ON c.code = f.code

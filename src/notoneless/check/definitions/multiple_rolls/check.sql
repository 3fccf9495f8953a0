-- 应有：小学起在读的学籍只有一个（同校同学籍号的重复行不算）。
WITH rolls AS (
    SELECT r.child_id, r.school_name, nullif(r.student_no, '') AS student_no,
           coalesce(nullif(r.school_code, ''), k.school_key) AS school_key
    FROM school_roll AS r
    LEFT JOIN policy_school_stages AS s ON s.grade = r.grade
    LEFT JOIN school_key AS k ON k.school_name = r.school_name
    WHERE coalesce(r.roll_status, 'active') = 'active' AND coalesce(s.stage, '') <> 'preschool'
),
counted AS (
    SELECT child_id, count(DISTINCT school_key) AS schools, count(DISTINCT student_no) AS numbers,
           min(school_name) AS first_school, max(school_name) AS last_school
    FROM rolls
    GROUP BY child_id
)
SELECT child_id, :period AS period,
       CASE WHEN schools > 1 OR numbers > 1 THEN 'gap' ELSE 'met' END AS state,
       CASE WHEN schools > 1 THEN '在 ' || cast(schools AS string) || ' 所学校有在读学籍：' || coalesce(first_school, '校名不详') || '、'
                 || coalesce(last_school, '校名不详')
            WHEN numbers > 1 THEN '在' || coalesce(first_school, '校名不详') || '有 ' || cast(numbers AS string) || ' 个学籍号'
            ELSE '只有一个学籍' END AS reason
FROM counted

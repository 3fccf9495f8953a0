-- 应有：持残疾人证、年龄在义务教育段的孩子。实有：在籍（含随班就读、特教学校、送教上门），或点名在校。
WITH holder AS (
    SELECT child_id, min(disability_kind) AS kind, min(disability_level) AS level,
           min(nullif(no_school_reason, '')) AS no_school_reason
    FROM disability
    GROUP BY child_id
),
judged AS (
    SELECT d.child_id, c.age, c.place_name, k.name AS kind_name, l.name AS level_name, d.no_school_reason, o.state AS roll,
           h.present,
           CASE WHEN o.state = 'active' AND coalesce(o.stage, '') <> 'preschool' THEN 'met'
                WHEN o.state = 'graduated' AND o.stage IN ('junior', 'senior') THEN 'met'
                WHEN h.present = '1' THEN 'met'
                WHEN o.state = 'leave' THEN 'excused'
                WHEN c.school_age IS NULL THEN 'unknown'
                ELSE 'gap' END AS state
    FROM holder AS d
    INNER JOIN child AS c ON c.child_id = d.child_id AND coalesce(c.school_age, TRUE)
    LEFT JOIN on_roll AS o ON o.child_id = d.child_id
    LEFT JOIN seen AS h ON h.child_id = d.child_id
    LEFT JOIN code_disability_kind AS k ON k.code = d.kind
    LEFT JOIN code_disability_level AS l ON l.code = d.level
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' AND roll = 'active' THEN '学籍在册'
            WHEN state = 'met' AND present = '1' THEN '点名在校'
            WHEN state = 'met' THEN '已完成义务教育'
            WHEN state = 'excused' THEN '休学，以' || :list_school_roll || '为据'
            WHEN state = 'unknown' THEN '出生日期不明，不能判断是否适龄'
            ELSE '持残疾人证（' || coalesce(kind_name, '类别不详') || coalesce(level_name, '') || '），年龄 ' || age
                 || ' 岁，住' || place_name || '，' || :list_school_roll
                 || CASE WHEN roll IS NULL THEN '中没有此人' ELSE '中没有义务教育段在读的学籍' END
                 || coalesce('；残联登记的未入学原因：' || no_school_reason, '') END AS reason
FROM judged

-- 应有：户籍正常、年龄在义务教育段（出生日期不明的也列入）。实有：学籍在册，或点名在校。
WITH expected AS (
    SELECT c.child_id, c.age, c.school_age, c.place_name, o.state AS roll, o.stage, o.grade_name, o.compulsory,
           h.present, a.insured_place, d.school_state
    FROM child AS c
    INNER JOIN registered AS r ON r.child_id = c.child_id AND r.status = 'normal'
    LEFT JOIN on_roll AS o ON o.child_id = c.child_id
    LEFT JOIN seen AS h ON h.child_id = c.child_id
    LEFT JOIN away AS a ON a.child_id = c.child_id
    LEFT JOIN doorstep_word AS d ON d.child_id = c.child_id
    WHERE coalesce(c.school_age, TRUE)
),
judged AS (
    SELECT expected.*,
           CASE WHEN roll = 'active' AND coalesce(stage, '') <> 'preschool' THEN 'met'
                WHEN roll = 'graduated' AND stage IN ('junior', 'senior') THEN 'met'
                WHEN present = '1' THEN 'met'
                WHEN roll = 'leave' THEN 'excused'
                WHEN school_age IS NULL THEN 'unknown'
                ELSE 'gap' END AS state
    FROM expected
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' AND roll = 'active' AND coalesce(stage, '') <> 'preschool' THEN '学籍在册'
            WHEN state = 'met' AND present = '1' THEN '点名在校'
            WHEN state = 'met' THEN '学籍名册注明已毕业'
            WHEN state = 'excused' THEN '休学，以' || :list_school_roll || '为据'
            WHEN state = 'unknown' THEN '出生日期不明，不能判断是否适龄'
            ELSE '户籍在' || place_name || '，年龄 ' || age || ' 岁，' || :list_school_roll
                 || CASE WHEN roll IS NULL THEN '中没有此人'
                         WHEN roll = 'active' THEN '中仍在幼儿园' || coalesce(grade_name, '')
                         WHEN roll = 'dead' THEN '注明死亡，而户籍正常'
                         WHEN roll = 'graduated' THEN '中小学已毕业，没有初中学籍'
                         ELSE '中已转出，没有新的学籍' END
                 || coalesce('；医保在外地参保（' || insured_place || '）', '')
                 || coalesce('；入户摸底登记：' || school_state, '') END AS reason
FROM judged

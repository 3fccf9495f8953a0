-- 应有：点名在校的义务教育段学生。实有：在籍或休学的学籍。
WITH expected AS (
    SELECT h.child_id, h.school_and_grade, o.state AS roll, o.stage
    FROM seen AS h
    INNER JOIN child AS c ON c.child_id = h.child_id
    LEFT JOIN on_roll AS o ON o.child_id = h.child_id
    WHERE h.present = '1' AND coalesce(h.compulsory, c.school_age, FALSE)
)
SELECT child_id, :period AS period,
       CASE WHEN roll IN ('active', 'leave') AND coalesce(stage, '') <> 'preschool' THEN 'met' ELSE 'gap' END AS state,
       CASE WHEN roll IN ('active', 'leave') AND coalesce(stage, '') <> 'preschool' THEN '学籍在册'
            ELSE '在' || school_and_grade || '点名在校，' || :list_school_roll
                 || CASE WHEN roll IS NULL THEN '中没有此人'
                         WHEN roll IN ('active', 'leave') THEN '中还在幼儿园'
                         WHEN roll = 'transferred_out' THEN '中已转出'
                         WHEN roll = 'graduated' THEN '中已毕业'
                         ELSE '中注明死亡' END END AS reason
FROM expected

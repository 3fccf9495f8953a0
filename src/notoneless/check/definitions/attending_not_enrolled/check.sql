-- 应有：点名在校的义务教育段学生。实有：在籍或休学的学籍。
-- 只在点名名册出现、没有有效证号，同班又有在籍学生没点到的，多半就是那个学生写错了：请学校补证号，不当作缺口。
WITH expected AS (
    SELECT h.child_id, h.school_and_grade, o.state AS roll,
           CASE WHEN o.state IN ('active', 'leave') AND coalesce(o.stage, '') <> 'preschool' THEN 'met'
                WHEN w.child_id IS NOT NULL AND u.school_key IS NOT NULL THEN 'unknown'
                ELSE 'gap' END AS state
    FROM seen AS h
    INNER JOIN child AS c ON c.child_id = h.child_id
    LEFT JOIN on_roll AS o ON o.child_id = h.child_id
    LEFT JOIN unplaced AS w ON w.child_id = h.child_id
    LEFT JOIN unseen_in_class AS u ON u.school_key = h.school_key AND u.grade = h.grade AND u.class_no = h.class_no
    WHERE h.present = '1' AND coalesce(h.compulsory, c.school_age, FALSE)
)
SELECT child_id, state, :period AS period,
       CASE state WHEN 'met' THEN '学籍在册'
                  WHEN 'unknown' THEN '在' || school_and_grade || '点名的这个人认不准是谁，同班有在籍学生没点到，请学校补证号再比'
                  ELSE '在' || school_and_grade || '点名在校，' || :list_school_roll
                       || CASE WHEN roll IS NULL THEN '中没有此人'
                               WHEN roll IN ('active', 'leave') THEN '中还在幼儿园'
                               WHEN roll = 'transferred_out' THEN '中已转出'
                               WHEN roll = 'graduated' THEN '中已毕业'
                               ELSE '中注明死亡' END END AS reason
FROM expected

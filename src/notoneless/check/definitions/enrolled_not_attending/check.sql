-- 应有：义务教育段在籍或休学的学生。实有：本校点名名册里有这个人。缺勤多少天由“疑似辍学”核查，这里不重复计。
WITH expected AS (
    SELECT o.child_id, o.state AS roll, o.school_and_grade, o.school_name, o.school_key,
           h.child_id AS seen_id, h.present, h.last_seen_date, h.school_and_grade AS seen_at,
           own.child_id AS at_own_school, s.school_key AS counted, r.status AS hukou_status,
           n.school_key AS unplaced
    FROM on_roll AS o
    INNER JOIN child AS c ON c.child_id = o.child_id
    LEFT JOIN seen AS h ON h.child_id = o.child_id
    LEFT JOIN roll_school AS own ON own.child_id = o.child_id AND own.school_key = h.school_key
    LEFT JOIN counted_school AS s ON s.school_key = o.school_key
    LEFT JOIN registered AS r ON r.child_id = o.child_id
    LEFT JOIN unplaced_in_class AS n ON n.school_key = o.school_key AND n.grade = o.grade AND n.class_no = o.class_no
    WHERE o.state IN ('active', 'leave') AND coalesce(o.compulsory, c.school_age, FALSE)
),
judged AS (
    SELECT expected.*,
           CASE WHEN roll = 'leave' AND coalesce(present, '0') <> '1' THEN 'excused'
                WHEN seen_id IS NULL AND hukou_status = 'dead' THEN 'excused'
                WHEN seen_id IS NULL AND counted IS NULL THEN 'unknown'
                WHEN seen_id IS NULL AND unplaced IS NOT NULL THEN 'unknown'
                WHEN seen_id IS NULL THEN 'gap'
                WHEN present = '0' AND last_seen_date IS NULL THEN 'gap'
                WHEN present = '1' AND roll = 'active' AND at_own_school IS NULL AND counted IS NOT NULL THEN 'gap'
                ELSE 'met' END AS state
    FROM expected
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' AND present = '1' THEN '点名在校'
            WHEN state = 'met' THEN '点名名册中有此人，当日缺勤，天数由“疑似辍学”核查'
            WHEN state = 'excused' AND roll = 'leave' THEN '休学，以' || :list_school_roll || '为据'
            WHEN state = 'excused' THEN '户籍名册注明死亡，学籍处理见“已死亡或迁出仍在册”'
            WHEN state = 'unknown' AND counted IS NOT NULL
            THEN '学籍在' || school_and_grade || '，点名没有认出此人；同班点名有认不准是谁的，请学校补证号再比'
            WHEN state = 'unknown' THEN :list_head_count || '中没有' || coalesce(school_name, '该校') || '，该校尚未报送'
            WHEN seen_id IS NULL THEN '学籍在' || school_and_grade || '，' || :list_head_count || '中没有此人'
            WHEN present = '0' THEN '学籍在' || school_and_grade || '，' || :list_head_count || '注明未到，没有最后到校日'
            ELSE '学籍在' || school_and_grade || '，点名在' || seen_at || '，人籍分离' END AS reason
FROM judged

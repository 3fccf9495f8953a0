-- 应有：点名名册里义务教育段的每一个人。实有：到校，或缺勤没有超过规定天数（算到点名日为止）。
WITH expected AS (
    SELECT h.child_id, h.present, h.last_seen_date, h.list_date, h.absent_reason, h.school_and_grade, o.state AS roll
    FROM seen AS h
    INNER JOIN child AS c ON c.child_id = h.child_id
    LEFT JOIN on_roll AS o ON o.child_id = h.child_id
    WHERE coalesce(h.compulsory, c.school_age, FALSE)
),
judged AS (
    SELECT expected.*,
           CASE WHEN present = '1' THEN 'met'
                WHEN roll = 'leave' THEN 'excused'
                WHEN last_seen_date IS NULL THEN 'unknown'
                WHEN last_seen_date < list_date - :suspected_days THEN 'gap'
                ELSE 'met' END AS state
    FROM expected
)
SELECT child_id, state, :period AS period,
       CASE WHEN present = '1' THEN '点名在校'
            WHEN state = 'met' THEN '缺勤未超过 ' || :suspected_days || ' 天'
            WHEN state = 'excused' THEN '休学，以' || :list_school_roll || '为据'
            WHEN state = 'unknown' THEN '点名缺勤，没有最后到校日，不能判断天数'
            ELSE '学校在' || school_and_grade || '，最后到校 ' || cast(last_seen_date AS string) || '，至点名日 '
                 || cast(list_date AS string) || ' 已超过 '
                 || CASE WHEN last_seen_date < list_date - :dropout_days
                         THEN :dropout_days || ' 天，按辍学报告' ELSE :suspected_days || ' 天' END
                 || coalesce('；学校写明的原因：' || absent_reason, '') END AS reason
FROM judged

-- 应有：脱贫户、监测户里义务教育段的每个孩子都在学。依据：适龄失学、在籍不在校、疑似辍学三项核查的结果。
WITH found AS (
    SELECT child_id, state, reason FROM result_not_enrolled
    UNION ALL
    SELECT child_id, state, reason FROM result_enrolled_not_attending
    UNION ALL
    SELECT child_id, state, reason FROM result_suspected_dropout
),
summed AS (
    SELECT child_id,
           min(CASE state WHEN 'gap' THEN 1 WHEN 'unknown' THEN 2 WHEN 'excused' THEN 3 ELSE 4 END) AS worst,
           min(CASE WHEN state = 'gap' THEN reason END) AS gap_reason,
           min(CASE WHEN state = 'unknown' THEN reason END) AS unknown_reason
    FROM found
    GROUP BY child_id
),
listed AS (
    SELECT child_id, max(name) AS category
    FROM category
    WHERE code IN ('poverty_lifted', 'monitored')
    GROUP BY child_id
),
judged AS (
    SELECT l.child_id, l.category, s.gap_reason, s.unknown_reason, s.worst,
           CASE WHEN s.worst IS NULL OR s.worst = 2 THEN 'unknown' WHEN s.worst = 1 THEN 'gap'
                WHEN s.worst = 3 THEN 'excused' ELSE 'met' END AS state
    FROM listed AS l
    INNER JOIN child AS c ON c.child_id = l.child_id AND c.school_age
    LEFT JOIN summed AS s ON s.child_id = l.child_id
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' THEN '在学'
            WHEN state = 'excused' THEN category || '家庭；失学辍学核查有据免除'
            WHEN state = 'unknown' AND worst IS NULL THEN category || '家庭；户籍、学籍、点名名册里都没有此人'
            WHEN state = 'unknown' THEN category || '家庭；' || unknown_reason
            ELSE category || '家庭；' || gap_reason END AS reason
FROM judged

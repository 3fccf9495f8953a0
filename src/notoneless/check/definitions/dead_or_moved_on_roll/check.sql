-- 应有：在籍学生的户籍没有死亡、注销；户籍迁出的，人还在校就读也算相符。
WITH judged AS (
    SELECT o.child_id, r.status, r.status_date, o.school_and_grade, h.present,
           CASE WHEN r.status IN ('dead', 'cancelled') THEN 'gap'
                WHEN r.status = 'moved_out' AND coalesce(h.present, '0') = '1' THEN 'met'
                WHEN r.status = 'moved_out' AND NOT :has_head_count THEN 'unknown'
                WHEN r.status = 'moved_out' THEN 'gap'
                ELSE 'met' END AS state
    FROM on_roll AS o
    INNER JOIN registered AS r ON r.child_id = o.child_id
    LEFT JOIN seen AS h ON h.child_id = o.child_id
    WHERE o.state IN ('active', 'leave')
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' AND status = 'moved_out' THEN '户籍已迁出，人在校就读'
            WHEN state = 'met' THEN '户籍正常'
            WHEN state = 'unknown' THEN '户籍已迁出；缺少在校点名名册，不知道人是否还在校'
            ELSE :list_hukou || '注明'
                 || CASE status WHEN 'dead' THEN '死亡' WHEN 'cancelled' THEN '户口注销' ELSE '迁出' END
                 || coalesce('（' || cast(status_date AS string) || '）', '') || '，学籍仍在' || school_and_grade
                 || CASE WHEN status = 'moved_out' THEN '，点名不在校' ELSE '' END END AS reason
FROM judged

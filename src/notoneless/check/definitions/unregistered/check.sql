-- 应有：入户摸底登记的每个孩子。实有：户籍登记正常；或有有效的公民身份号码（说明户口在外地）。
WITH expected AS (
    SELECT DISTINCT d.child_id FROM doorstep AS d
),
judged AS (
    SELECT e.child_id, c.age, c.place_name, c.id_state, r.status,
           CASE WHEN r.status IN ('normal', 'moved_out') THEN 'met'
                WHEN r.status IS NULL AND c.id_state = 'valid' THEN 'met'
                ELSE 'gap' END AS state
    FROM expected AS e
    INNER JOIN child AS c ON c.child_id = e.child_id
    LEFT JOIN registered AS r ON r.child_id = e.child_id
)
SELECT child_id, state, :period AS period,
       CASE WHEN state = 'met' AND status = 'normal' THEN '户籍在册'
            WHEN state = 'met' AND status = 'moved_out' THEN '户籍已迁往外地'
            WHEN state = 'met' THEN '有有效的身份证号，户籍不在本地名册'
            ELSE '入户摸底登记在' || place_name || coalesce('，年龄 ' || age || ' 岁', '') || '，'
                 || CASE WHEN status IS NULL THEN :list_hukou || '中没有此人，也没有有效的身份证号'
                         WHEN status = 'dead' THEN :list_hukou || '注明死亡，而入户见到本人'
                         ELSE :list_hukou || '中户口已注销' END END AS reason
FROM judged

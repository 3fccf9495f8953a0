-- 应有：每一笔发放，领的人在籍、类别相符、项目和学段就读方式相符、金额不超标准。标准表里没有的项目不能核查。
WITH standard AS (
    SELECT item, count(*) AS schemes FROM policy_aid_schemes GROUP BY item
),
judged AS (
    SELECT p.child_id, coalesce(p.item_name, p.item, '项目不详') AS item_name, p.paid_fen, o.term_fen, r.state AS roll,
           g.categories,
           CASE WHEN s.schemes IS NULL THEN 'unlisted'
                WHEN r.state IS NULL OR r.state <> 'active' THEN 'roll'
                WHEN g.categories IS NULL THEN 'category'
                WHEN o.child_id IS NULL THEN 'item'
                WHEN o.exact = 1 AND p.times = 1 AND p.paid_fen > o.term_fen THEN 'amount'
                ELSE 'met' END AS how
    FROM paid AS p
    LEFT JOIN standard AS s ON s.item = p.item
    LEFT JOIN on_roll AS r ON r.child_id = p.child_id
    LEFT JOIN (SELECT child_id, count(*) AS categories FROM category GROUP BY child_id) AS g ON g.child_id = p.child_id
    LEFT JOIN owed AS o ON o.child_id = p.child_id AND o.item = p.item
),
worded AS (
    SELECT child_id,
           CASE how WHEN 'met' THEN 3 WHEN 'unlisted' THEN 2 ELSE 1 END AS weight,
           CASE how WHEN 'met' THEN '在应受助之列'
                    WHEN 'unlisted' THEN item_name || '不在资助标准表里，不能核查'
                    ELSE :aid_term || '领' || item_name || ' ' || cast(cast(paid_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元，'
                         || CASE WHEN how = 'category' THEN '但不在脱贫、监测、低保、特困、孤儿、残疾任何一份名册里'
                                 WHEN how = 'item' THEN '项目与学段或就读方式不符'
                                 WHEN how = 'amount' THEN '超过标准 '
                                      || cast(cast(term_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元'
                                 WHEN roll IS NULL THEN '但' || :list_school_roll || '中没有此人'
                                 WHEN roll = 'leave' THEN '但学籍状态为休学'
                                 WHEN roll = 'transferred_out' THEN '但学籍已转出'
                                 WHEN roll = 'graduated' THEN '但学籍已毕业'
                                 ELSE '但学籍注明死亡' END END AS reason
    FROM judged
)
SELECT child_id, :period AS period,
       CASE min(weight) WHEN 1 THEN 'gap' WHEN 2 THEN 'unknown' ELSE 'met' END AS state,
       coalesce(min(CASE WHEN weight = 1 THEN reason END), min(CASE WHEN weight = 2 THEN reason END), min(reason)) AS reason
FROM worded
GROUP BY child_id

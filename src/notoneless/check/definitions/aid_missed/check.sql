-- 应有：在籍且凭名册能认定类别的学生，按学段、就读方式、学期标准。实有：本学期同组项目实发合计。
WITH received AS (
    SELECT child_id, excludes, sum(paid_fen) AS paid_fen FROM paid GROUP BY child_id, excludes
),
compared AS (
    SELECT o.child_id, o.item_name, o.category_name, o.term_fen, coalesce(r.paid_fen, 0) AS paid_fen,
           CASE WHEN r.paid_fen IS NULL THEN 'none' WHEN o.exact = 1 AND r.paid_fen < o.term_fen THEN 'less'
                ELSE 'met' END AS how,
           row_number() OVER (
               PARTITION BY o.child_id
               ORDER BY CASE WHEN r.paid_fen >= o.term_fen THEN 1 ELSE 2 END, o.term_fen, o.item
           ) AS place_in_order
    FROM owed AS o
    LEFT JOIN received AS r ON r.child_id = o.child_id AND r.excludes = o.excludes
)
SELECT child_id, :period AS period,
       CASE how WHEN 'met' THEN 'met' ELSE 'gap' END AS state,
       CASE how WHEN 'met' THEN '已足额发放'
                WHEN 'none' THEN '属' || category_name || '，' || :aid_term || '应发' || item_name || ' '
                     || cast(cast(term_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元，' || :list_aid_paid || '中没有发放记录'
                ELSE '属' || category_name || '，' || :aid_term || '应发' || item_name || ' '
                     || cast(cast(term_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元，只发了 '
                     || cast(cast(paid_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元' END AS reason
FROM compared
WHERE place_in_order = 1

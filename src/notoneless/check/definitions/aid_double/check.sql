-- 应有：同一学期互斥的一组项目只发一次（分几次发、合计不超标准的不算重复）。
WITH standard AS (
    SELECT i.excludes, a.item, a.stage, a.boarding, max(a.term_fen) AS term_fen
    FROM policy_aid_schemes AS a
    INNER JOIN policy_aid_items AS i ON i.code = a.item
    GROUP BY i.excludes, a.item, a.stage, a.boarding
),
received AS (
    SELECT child_id, excludes, sum(paid_fen) AS paid_fen, sum(times) AS times, min(item_name) AS first_item,
           max(item_name) AS last_item, min(first_school) AS first_school, max(last_school) AS last_school
    FROM paid
    GROUP BY child_id, excludes
),
allowed AS (
    -- 走读生两次非寄宿补助正好等于一次寄宿补助，所以标准按就读方式取；学籍没写就读方式的，按实发的项目取。
    SELECT r.child_id, r.excludes, max(s.term_fen) AS term_fen
    FROM paid AS r
    LEFT JOIN on_roll AS o ON o.child_id = r.child_id
    LEFT JOIN policy_school_stages AS g ON g.position = o.position - :grade_shift
    LEFT JOIN standard AS s ON s.excludes = r.excludes AND s.stage = g.stage
         AND (s.boarding = 'any' OR s.boarding = o.boarding OR o.boarding IS NULL AND s.item = r.item)
    GROUP BY r.child_id, r.excludes
),
judged AS (
    SELECT r.*, CASE WHEN r.times > 1 AND r.paid_fen > coalesce(a.term_fen, 0) THEN 1 ELSE 0 END AS twice
    FROM received AS r
    INNER JOIN allowed AS a ON a.child_id = r.child_id AND a.excludes = r.excludes
)
SELECT child_id, :period AS period,
       CASE max(twice) WHEN 1 THEN 'gap' ELSE 'met' END AS state,
       coalesce(min(CASE WHEN twice = 1 THEN
           :aid_term || coalesce(first_item, '同一项目')
           || CASE WHEN last_item <> first_item THEN '和' || last_item ELSE '' END || '发了 ' || cast(times AS string)
           || ' 次，合计 ' || cast(cast(paid_fen / 100.0 AS decimal(12, 2)) AS string) || ' 元'
           || coalesce('，发放学校：' || first_school
                       || CASE WHEN last_school <> first_school THEN '、' || last_school ELSE '' END, '')
       END), '只发一次') AS reason
FROM judged
GROUP BY child_id

-- 应有：在籍学生写了身份证号的，号码成立。没写号码、写其他证件的不在此列。
-- 真有以 000 结尾的号码（约千分之一）：户籍上此人的号码一模一样，就不是表格软件改坏的。
WITH registered_number AS (
    SELECT DISTINCT child_id, id_no FROM hukou WHERE id_no IS NOT NULL
),
written AS (
    SELECT s.child_id,
           min(CASE WHEN s.id_state = 'damaged' AND r.child_id IS NOT NULL THEN NULL ELSE
               CASE s.id_state WHEN 'bad_check' THEN '末位校验不符' WHEN 'bad_length' THEN '位数不对'
                             WHEN 'bad_date' THEN '出生日期部分不成立' WHEN 'bad_chars' THEN '含有不该有的字符'
                             WHEN 'placeholder' THEN '填的是占位号码' WHEN 'damaged' THEN '被表格软件改坏' END END) AS problem,
           min(s.school_name) AS school_name
    FROM school_roll AS s
    LEFT JOIN registered_number AS r ON r.child_id = s.child_id AND r.id_no = s.id_no
    WHERE coalesce(s.roll_status, 'active') IN ('active', 'leave')
      AND coalesce(s.id_state, 'missing') <> 'missing'
      AND (coalesce(s.id_type, '') IN ('', '1', '身份证') OR s.id_type LIKE '%居民身份证%')
    GROUP BY s.child_id
)
SELECT w.child_id, :period AS period,
       CASE WHEN w.problem IS NULL THEN 'met' ELSE 'gap' END AS state,
       CASE WHEN w.problem IS NULL THEN '号码成立'
            ELSE coalesce(w.school_name, '校名不详') || '的学籍上，身份证号' || w.problem
                 || CASE WHEN c.id_state = 'valid'
                         THEN '；其他名册上的号码为 ' || substr(c.id_no, 1, 4) || '**********' || substr(c.id_no, 15, 4)
                         ELSE '' END END AS reason
FROM written AS w
INNER JOIN child AS c ON c.child_id = w.child_id

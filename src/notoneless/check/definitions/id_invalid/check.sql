-- 应有：在籍学生写了身份证号的，号码成立。没写号码、写其他证件的不在此列。
-- 真有以 000 结尾的号码（约千分之一）：户籍上此人的号码一模一样，就不是表格软件改坏的。
-- 15 位旧号补足 18 位后校验相符，但出生年份早了整整一百年：旧号已停用，学籍上要写 18 位。
WITH registered_number AS (
    SELECT DISTINCT h.child_id, h.id_no
    FROM hukou AS h
    SEMI JOIN (SELECT child_id FROM school_roll WHERE id_state = 'damaged') AS d ON d.child_id = h.child_id
    WHERE h.id_no IS NOT NULL
),
written AS (
    SELECT s.child_id, s.school_name,
           CASE WHEN s.id_state = 'damaged' AND h.child_id IS NULL THEN '被表格软件改坏'
                WHEN s.id_state = 'bad_check' THEN '末位校验不符'
                WHEN s.id_state = 'bad_length' THEN '位数不对'
                WHEN s.id_state = 'bad_date' THEN '出生日期部分不成立'
                WHEN s.id_state = 'bad_chars' THEN '含有不该有的字符'
                WHEN s.id_state = 'placeholder' THEN '填的是占位号码'
                WHEN s.id_state = 'valid' AND extract(YEAR FROM c.dob) - try_cast(substr(s.id_no, 7, 4) AS int) = 100
                THEN '是停用的 15 位旧号' END AS problem
    FROM school_roll AS s
    INNER JOIN child AS c ON c.child_id = s.child_id
    LEFT JOIN registered_number AS h ON h.child_id = s.child_id AND h.id_no = s.id_no
    WHERE coalesce(s.roll_status, 'active') IN ('active', 'leave')
      AND coalesce(s.id_state, 'missing') <> 'missing'
      AND (coalesce(s.id_type, '') IN ('', '1', '身份证') OR s.id_type LIKE '%居民身份证%')
),
summed AS (
    SELECT child_id, min(problem) AS problem, min(school_name) AS school_name
    FROM written
    GROUP BY child_id
)
SELECT w.child_id, :period AS period,
       CASE WHEN w.problem IS NULL THEN 'met' ELSE 'gap' END AS state,
       CASE WHEN w.problem IS NULL THEN '号码成立'
            ELSE coalesce(w.school_name, '校名不详') || '的学籍上，身份证号' || w.problem
                 || CASE WHEN c.id_state = 'valid'
                         THEN '；其他名册上的号码为 ' || substr(c.id_no, 1, 4) || '**********' || substr(c.id_no, 15, 4)
                         ELSE '' END END AS reason
FROM summed AS w
INNER JOIN child AS c ON c.child_id = w.child_id

-- 应有：在籍学生的号码（能通过校验的）就是户籍上此人的号码，而且别的孩子没有用它。
-- 户籍上此人有这个号码的，哪怕别人也写了，错在别人那里。户籍上没有此人的，只看号码是不是别人的。
-- 停用的 15 位旧号（补足后出生年份早一百年）由“身份证校验不符”管，这里不看。
WITH written AS (
    SELECT s.child_id, s.id_no, min(s.school_name) AS school_name
    FROM school_roll AS s
    INNER JOIN child AS c ON c.child_id = s.child_id
    WHERE coalesce(s.roll_status, 'active') IN ('active', 'leave') AND s.id_state = 'valid'
      AND coalesce(extract(YEAR FROM c.dob) - try_cast(substr(s.id_no, 7, 4) AS int), 0) <> 100
    GROUP BY s.child_id, s.id_no
),
registered_number AS (
    SELECT h.child_id, h.id_no
    FROM hukou AS h
    INNER JOIN child AS c ON c.child_id = h.child_id
    WHERE h.id_state = 'valid'
      AND coalesce(extract(YEAR FROM c.dob) - try_cast(substr(h.id_no, 7, 4) AS int), 0) <> 100
    GROUP BY h.child_id, h.id_no
),
-- 与户籍上一致的占绝大多数，后面几步只看其余的。
compared AS (
    SELECT w.child_id, w.school_name, w.id_no, r.child_id IS NOT NULL AS agrees
    FROM written AS w
    LEFT JOIN registered_number AS r ON r.child_id = w.child_id AND r.id_no = w.id_no
),
other AS (
    SELECT child_id, school_name, id_no FROM compared WHERE NOT agrees
),
own_number AS (
    SELECT r.child_id, min(r.id_no) AS id_no
    FROM registered_number AS r
    SEMI JOIN other AS o ON o.child_id = r.child_id
    GROUP BY r.child_id
),
registered_holder AS (
    SELECT DISTINCT r.id_no FROM registered_number AS r SEMI JOIN other AS o ON o.id_no = r.id_no
),
users AS (
    SELECT w.id_no, count(*) AS n FROM written AS w SEMI JOIN other AS o ON o.id_no = w.id_no GROUP BY w.id_no
),
judged AS (
    SELECT child_id, school_name, id_no, cast(NULL AS string) AS own_no, 0 AS problem FROM compared WHERE agrees
    UNION ALL
    SELECT w.child_id, w.school_name, w.id_no, o.id_no AS own_no,
           CASE WHEN h.id_no IS NOT NULL THEN 4
                WHEN o.id_no IS NOT NULL THEN 3
                WHEN u.n > 1 THEN 2
                ELSE 1 END AS problem
    FROM other AS w
    LEFT JOIN registered_holder AS h ON h.id_no = w.id_no
    LEFT JOIN own_number AS o ON o.child_id = w.child_id
    LEFT JOIN users AS u ON u.id_no = w.id_no
),
ranked AS (
    SELECT child_id, school_name, id_no, own_no, problem,
           row_number() OVER (PARTITION BY child_id ORDER BY problem DESC, id_no) AS place_in_order
    FROM judged
)
SELECT child_id, :period AS period,
       CASE WHEN problem > 1 THEN 'gap' ELSE 'met' END AS state,
       CASE WHEN problem = 0 THEN '与户籍上的号码一致'
            WHEN problem = 1 THEN '户籍名册中没有此人的号码可对，也没有别人用这个号码'
            ELSE coalesce(school_name, '校名不详') || '的学籍上写的 ' || substr(id_no, 1, 4) || '**********'
                 || substr(id_no, 15, 4)
                 || CASE problem WHEN 4 THEN '，户籍上是另一个孩子的号码（也可能是改过名、没认出来的同一人）'
                                 WHEN 3 THEN '，与户籍上的号码不同，可能是家长的或抄错的'
                                 ELSE '，另一个学生的学籍上也是这个号码' END
                 || CASE WHEN own_no IS NULL THEN ''
                         ELSE '；此人户籍上的号码为 ' || substr(own_no, 1, 4) || '**********' || substr(own_no, 15, 4)
                         END END AS reason
FROM ranked
WHERE place_in_order = 1

SELECT m.child_id
FROM member AS m
INNER JOIN child AS c ON c.child_id = m.child_id AND coalesce(c.id_state, '') <> 'valid'
GROUP BY m.child_id
HAVING min(m.kind) = 'head_count' AND max(m.kind) = 'head_count'

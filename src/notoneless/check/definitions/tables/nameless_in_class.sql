SELECT DISTINCT h.school_key, h.grade, h.class_no
FROM seen AS h
INNER JOIN child AS c ON c.child_id = h.child_id AND c.dob IS NULL AND coalesce(c.id_state, '') <> 'valid'
ANTI JOIN on_roll AS o ON o.child_id = h.child_id
WHERE h.present = '1'

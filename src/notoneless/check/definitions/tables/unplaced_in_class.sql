SELECT DISTINCT h.school_key, h.grade, h.class_no
FROM seen AS h
INNER JOIN unplaced AS u ON u.child_id = h.child_id
WHERE h.present = '1'

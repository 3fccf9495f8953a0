SELECT DISTINCT coalesce(nullif(h.school_code, ''), k.school_key) AS school_key
FROM head_count AS h
LEFT JOIN school_key AS k ON k.school_name = h.school_name
WHERE coalesce(nullif(h.school_code, ''), k.school_key) IS NOT NULL

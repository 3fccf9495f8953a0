SELECT child_id, min(school_state || coalesce('（' || school_name || '）', '')) AS school_state
FROM doorstep
WHERE school_state IS NOT NULL
GROUP BY child_id

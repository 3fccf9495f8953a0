WITH named AS (
    SELECT school_name, school_code FROM school_directory
    UNION ALL
    SELECT school_name, school_code FROM school_roll
    UNION ALL
    SELECT school_name, school_code FROM head_count
),
known AS (
    SELECT replace(replace(school_name, :city_name, ''), :region_name, '') AS short_name,
           min(school_code) AS school_code
    FROM named
    WHERE school_name IS NOT NULL AND coalesce(school_code, '') <> ''
    GROUP BY replace(replace(school_name, :city_name, ''), :region_name, '')
)
SELECT n.school_name,
       min(coalesce(k.school_code, replace(replace(n.school_name, :city_name, ''), :region_name, ''))) AS school_key
FROM named AS n
LEFT JOIN known AS k ON k.short_name = replace(replace(n.school_name, :city_name, ''), :region_name, '')
WHERE n.school_name IS NOT NULL
GROUP BY n.school_name

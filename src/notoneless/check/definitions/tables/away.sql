SELECT child_id, min(insured_place) AS insured_place
FROM medical_insurance
WHERE (insured_place LIKE '%省%' OR insured_place LIKE '%市%')
  AND insured_place NOT LIKE '%' || :region_name || '%'
  AND insured_place <> :city_name
GROUP BY child_id

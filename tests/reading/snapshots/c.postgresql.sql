SELECT CAST(
  (SELECT json_build_object('code', t1.code,
    'name', t1.name,
    'status', t1.status) AS json_object_of_1
    FROM customer AS t1
    WHERE t1.id = $1::UUID) AS TEXT) AS r0

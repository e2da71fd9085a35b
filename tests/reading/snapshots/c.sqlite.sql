SELECT CAST(json(
  (SELECT json_object('code', t1.code,
    'name', t1.name,
    'status', t1.status) AS json_object_of_1
    FROM customer AS t1
    WHERE t1.id = ?)) AS TEXT) AS r0

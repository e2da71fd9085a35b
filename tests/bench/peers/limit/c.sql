SELECT json_build_object('data', json_build_object('customer', (
  SELECT json_build_object('code', c.code, 'name', c.name, 'status', c.status)
  FROM customer c WHERE c.id = $1::text::uuid
)))::text

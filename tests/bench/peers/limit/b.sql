SELECT json_build_object('data', json_build_object('customers', json_build_object(
  'nodes', coalesce(json_agg(page.document) FILTER (WHERE page.place <= 50), '[]'),
  'pageInfo', json_build_object(
    'hasNextPage', count(*) > 50,
    'endCursor', (max(page.code) FILTER (WHERE page.place = 50))
  )
)))::text
FROM (
  SELECT c.code, row_number() OVER (ORDER BY c.code) AS place, json_build_object(
    'id', 'Customer:' || c.id, 'code', c.code, 'kind', c.kind, 'name', c.name, 'status', c.status, 'grade', c.grade,
    'industry', c.industry, 'language', c.language, 'country', c.country, 'city', c.city, 'email', c.email, 'phone', c.phone, 'updatedAt', c.updated_at,
    'department', (SELECT json_build_object('number', d.number, 'name', d.name) FROM department d WHERE d.id = c.department_id),
    'owner', (
      SELECT json_build_object('staff', json_build_object('name', s.name, 'email', s.email))
      FROM assignment a JOIN staff s ON s.id = a.staff_id
      WHERE a.customer_id = c.id AND a.role = 'OWNER' AND a.until IS NULL
    ),
    'credit', (SELECT json_build_object('termDays', k.term_days, 'rating', k.rating) FROM credit_account k WHERE k.customer_id = c.id),
    'contacts', coalesce((
      SELECT json_agg(json_build_object('name', k.name, 'email', k.email, 'phone', k.phone)) FROM (
        SELECT * FROM contact WHERE customer_id = c.id ORDER BY name, id LIMIT 2
      ) AS k
    ), '[]'),
    'interactions', json_build_object('nodes', coalesce((
      SELECT json_agg(json_build_object('happenedAt', i.occurred_at, 'channel', i.channel, 'subject', i.subject)) FROM (
        SELECT * FROM interaction WHERE customer_id = c.id ORDER BY occurred_at DESC, id DESC LIMIT 3
      ) AS i
    ), '[]'))
  ) AS document
  FROM customer c WHERE $1::text IS NULL OR c.code > $1::text ORDER BY c.code LIMIT 51
) AS page

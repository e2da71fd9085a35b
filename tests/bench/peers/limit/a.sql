SELECT json_build_object('data', json_build_object('customer', (
  SELECT json_build_object(
    'id', 'Customer:' || c.id, 'code', c.code, 'kind', c.kind, 'name', c.name, 'status', c.status, 'grade', c.grade,
    'industry', c.industry, 'size', c.size, 'language', c.language, 'country', c.country, 'region', c.region,
    'city', c.city, 'address', c.address, 'email', c.email, 'phone', c.phone, 'website', c.website,
    'needs', c.needs, 'foundedOn', c.founded_on, 'createdAt', c.created_at, 'updatedAt', c.updated_at,
    'department', (SELECT json_build_object('number', d.number, 'name', d.name) FROM department d WHERE d.id = c.department_id),
    'owner', (
      SELECT json_build_object('since', a.since, 'staff', json_build_object(
        'number', s.number, 'name', s.name, 'title', s.title, 'email', s.email
      ))
      FROM assignment a JOIN staff s ON s.id = a.staff_id
      WHERE a.customer_id = c.id AND a.role = 'OWNER' AND a.until IS NULL
    ),
    'credit', (
      SELECT json_build_object(
        'limit', CASE WHEN k.limit_minor IS NOT NULL THEN json_build_object(
          'amount', (CASE k.currency WHEN 'JPY' THEN k.limit_minor ELSE k.limit_minor * 0.01 END)::text, 'currency', k.currency
        ) END,
        'used', json_build_object('amount', (CASE k.currency WHEN 'JPY' THEN k.used_minor ELSE k.used_minor * 0.01 END)::text, 'currency', k.currency),
        'termDays', k.term_days, 'rating', k.rating, 'isBlocked', k.is_blocked, 'reviewedOn', k.reviewed_on
      )
      FROM credit_account k WHERE k.customer_id = c.id
    ),
    'metrics', json_build_object(
      'monetary', json_build_object('amount', (CASE c.currency WHEN 'JPY' THEN c.monetary_minor ELSE c.monetary_minor * 0.01 END)::text, 'currency', c.currency),
      'purchaseCount', c.purchase_count, 'firstPurchaseAt', c.first_purchase_at, 'lastPurchaseAt', c.last_purchase_at,
      'interactionCount', c.interaction_count, 'lastContactAt', c.last_contact_at, 'ticketCount', c.ticket_count,
      'openTicketCount', c.open_ticket_count, 'complaintCount', c.complaint_count, 'lastActivityAt', c.last_activity_at
    ),
    'contacts', coalesce((
      SELECT json_agg(json_build_object(
        'name', k.name, 'title', k.title, 'email', k.email, 'phone', k.phone, 'isPrimary', k.is_primary
      )) FROM (SELECT * FROM contact WHERE customer_id = c.id ORDER BY name, id LIMIT 5) AS k
    ), '[]'),
    'interactions', (
      SELECT json_build_object(
        'nodes', coalesce(json_agg(i.document) FILTER (WHERE i.place <= 20), '[]'),
        'pageInfo', json_build_object(
          'hasNextPage', count(*) > 20, 'endCursor', max(i.id::text) FILTER (WHERE i.place = 20)
        )
      ) FROM (
        SELECT i.id, row_number() OVER (ORDER BY i.occurred_at DESC, i.id DESC) AS place, json_build_object(
          'id', 'Interaction:' || i.id, 'happenedAt', i.occurred_at, 'channel', i.channel, 'direction', i.direction,
          'kind', i.kind, 'state', i.state, 'satisfaction', i.satisfaction, 'subject', i.subject,
          'handler', (SELECT json_build_object('name', s.name) FROM staff s WHERE s.id = i.staff_id)
        ) AS document
        FROM interaction i WHERE i.customer_id = c.id ORDER BY i.occurred_at DESC, i.id DESC LIMIT 21
      ) AS i
    ),
    'tickets', json_build_object('nodes', coalesce((
      SELECT json_agg(json_build_object(
        'id', 'Ticket:' || t.id, 'number', t.number, 'kind', t.kind, 'subject', t.subject, 'status', t.status, 'severity', t.severity,
        'openedAt', t.opened_at,
        'target', json_build_object('dueAt', t.due_at, 'state', CASE
          WHEN t.made_target THEN 'MET'
          WHEN NOT t.made_target THEN 'MISSED'
          WHEN t.due_at IS NULL OR t.status = 'CANCELLED' THEN 'NONE'
          WHEN coalesce(t.resolved_at, t.closed_at, t.paused_at, now()) > t.due_at
            THEN CASE WHEN coalesce(t.resolved_at, t.closed_at) IS NULL THEN 'OVERDUE' ELSE 'MISSED' END
          WHEN coalesce(t.resolved_at, t.closed_at) IS NOT NULL THEN 'MET'
          WHEN t.paused_at IS NOT NULL THEN 'PAUSED'
          ELSE 'RUNNING'
        END),
        'assignee', (SELECT json_build_object('name', s.name) FROM staff s WHERE s.id = t.assignee_id),
        'department', (SELECT json_build_object('name', d.name) FROM department d WHERE d.id = t.department_id),
        'events', coalesce((
          SELECT json_agg(json_build_object('kind', e.kind, 'happenedAt', e.at, 'status', e.status)) FROM (
            SELECT * FROM ticket_event WHERE ticket_id = t.id ORDER BY at, id LIMIT 5
          ) AS e
        ), '[]')
      )) FROM (SELECT * FROM ticket WHERE customer_id = c.id ORDER BY opened_at DESC, id DESC LIMIT 10) AS t
    ), '[]')),
    'relatedCustomers', coalesce((
      SELECT json_agg(json_build_object(
        'kind', r.kind, 'direction', r.direction,
        'customer', (
          SELECT json_build_object('id', 'Customer:' || o.id, 'code', o.code, 'name', o.name) FROM customer o WHERE o.id = r.other_id
        )
      )) FROM (
        SELECT * FROM customer_relation_side WHERE customer_id = c.id AND until IS NULL ORDER BY kind, direction, id LIMIT 5
      ) AS r
    ), '[]')
  )
  FROM customer c WHERE c.id = $1::text::uuid
)))::text

SELECT CAST(json(
  (SELECT json_object('id', 'Customer:' || CAST(t1.id AS TEXT),
    'code', t1.code,
    'kind', t1.kind,
    'name', t1.name,
    'status', t1.status,
    'grade', t1.grade,
    'industry', t1.industry,
    'size', t1.size,
    'language', t1.language,
    'country', t1.country,
    'region', t1.region,
    'city', t1.city,
    'address', t1.address,
    'email', t1.email,
    'phone', t1.phone,
    'website', t1.website,
    'needs', t1.needs,
    'foundedOn', t1.founded_on,
    'createdAt', t1.created_at,
    'updatedAt', t1.updated_at,
    'department', json(
    (SELECT json_object('number', t2.number,
      'name', t2.name) AS json_object_of_2
      FROM department AS t2
      WHERE t2.id = t1.department_id)),
    'owner', json(
    (SELECT json_object('since', t3.since,
      'staff', json(
      (SELECT json_object('number', t4.number,
        'name', t4.name,
        'title', t4.title,
        'email', t4.email) AS json_object_of_4
        FROM staff AS t4
        WHERE t4.id = t3.staff_id))) AS json_object_of_3
      FROM assignment AS t3
      WHERE t3.customer_id = t1.id
      AND t3.role = ?
      AND t3.since <= ?
      AND (t3.until IS NULL OR t3.until > ?)
      ORDER BY t3.since DESC, t3.id
      LIMIT 1 OFFSET ?)),
    'credit', json(
    (SELECT json_object('limit', json(CASE WHEN (t6.limit_minor IS NOT NULL) THEN json_object('amount', CASE WHEN t6.limit_minor IS NOT NULL THEN CASE WHEN t6.currency IN ('BIF',
      'CLP',
      'DJF',
      'GNF',
      'ISK',
      'JPY',
      'KMF',
      'KRW',
      'PYG',
      'RWF',
      'UGX',
      'VND',
      'VUV',
      'XAF',
      'XOF', 'XPF') THEN CAST(t6.limit_minor AS TEXT) WHEN t6.currency IN ('BHD',
      'IQD',
      'JOD',
      'KWD',
      'LYD',
      'OMR', 'TND') THEN CASE WHEN t6.limit_minor < 0 THEN '-' ELSE '' END || printf('%d.%03d', abs(t6.limit_minor) / 1000, abs(t6.limit_minor) % 1000) ELSE CASE WHEN t6.limit_minor < 0 THEN '-' ELSE '' END || printf('%d.%02d', abs(t6.limit_minor) / 100, abs(t6.limit_minor) % 100) END END,
      'currency', t6.currency) END),
      'used', json(CASE WHEN (t6.used_minor IS NOT NULL) THEN json_object('amount', CASE WHEN t6.used_minor IS NOT NULL THEN CASE WHEN t6.currency IN ('BIF',
      'CLP',
      'DJF',
      'GNF',
      'ISK',
      'JPY',
      'KMF',
      'KRW',
      'PYG',
      'RWF',
      'UGX',
      'VND',
      'VUV',
      'XAF',
      'XOF', 'XPF') THEN CAST(t6.used_minor AS TEXT) WHEN t6.currency IN ('BHD',
      'IQD',
      'JOD',
      'KWD',
      'LYD',
      'OMR', 'TND') THEN CASE WHEN t6.used_minor < 0 THEN '-' ELSE '' END || printf('%d.%03d', abs(t6.used_minor) / 1000, abs(t6.used_minor) % 1000) ELSE CASE WHEN t6.used_minor < 0 THEN '-' ELSE '' END || printf('%d.%02d', abs(t6.used_minor) / 100, abs(t6.used_minor) % 100) END END,
      'currency', t6.currency) END),
      'termDays', t6.term_days,
      'rating', t6.rating,
      'isBlocked', json(CASE (t6.is_blocked) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
      'reviewedOn', t6.reviewed_on) AS json_object_of_5
      FROM credit_account AS t6
      WHERE t6.customer_id = t1.id)),
    'metrics', json_object('monetary', json(CASE WHEN (t1.monetary_minor IS NOT NULL) THEN json_object('amount', CASE WHEN t1.monetary_minor IS NOT NULL THEN CASE WHEN t1.currency IN ('BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'VND',
    'VUV',
    'XAF',
    'XOF', 'XPF') THEN CAST(t1.monetary_minor AS TEXT) WHEN t1.currency IN ('BHD',
    'IQD',
    'JOD',
    'KWD',
    'LYD',
    'OMR', 'TND') THEN CASE WHEN t1.monetary_minor < 0 THEN '-' ELSE '' END || printf('%d.%03d', abs(t1.monetary_minor) / 1000, abs(t1.monetary_minor) % 1000) ELSE CASE WHEN t1.monetary_minor < 0 THEN '-' ELSE '' END || printf('%d.%02d', abs(t1.monetary_minor) / 100, abs(t1.monetary_minor) % 100) END END,
    'currency', t1.currency) END),
    'purchaseCount', t1.purchase_count,
    'firstPurchaseAt', t1.first_purchase_at,
    'lastPurchaseAt', t1.last_purchase_at,
    'interactionCount', t1.interaction_count,
    'lastContactAt', t1.last_contact_at,
    'ticketCount', t1.ticket_count,
    'openTicketCount', t1.open_ticket_count,
    'complaintCount', t1.complaint_count,
    'lastActivityAt', t1.last_activity_at),
    'contacts', json(
    (SELECT json_group_array(json(s8.document)) AS json_rows_of_1
      FROM
      (SELECT json_object('name', t7.name,
        'title', t7.title,
        'email', t7.email,
        'phone', t7.phone,
        'isPrimary', json(CASE (t7.is_primary) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END)) AS document
        FROM contact AS t7
        WHERE t7.customer_id = t1.id
        ORDER BY t7.name, t7.id
        LIMIT 5 OFFSET ?) AS s8)),
    'interactions', json(
    (SELECT json_object('nodes', json_group_array(json(s12.d0)) FILTER (WHERE s12.n <= 20),
      'pageInfo', json_object('hasNextPage', json(CASE (coalesce(max(s12.total), 0) > 20) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
      'endCursor', max(s12.cur) FILTER (WHERE s12.n = CASE WHEN (s12.total < 20) THEN s12.total ELSE 20 END))) AS json_object_of_6
      FROM
      (SELECT s11.d0 AS d0, s11.cur AS cur, s11.n AS n, count(*) OVER () AS total
        FROM
        (SELECT json_object('id', 'Interaction:' || CAST(t9.id AS TEXT),
          'happenedAt', t9.occurred_at,
          'channel', t9.channel,
          'direction', t9.direction,
          'kind', t9.kind,
          'state', t9.state,
          'satisfaction', t9.satisfaction,
          'subject', t9.subject,
          'handler', json(
          (SELECT json_object('name', t10.name) AS json_object_of_7
            FROM staff AS t10
            WHERE t10.id = t9.staff_id))) AS d0, lower(hex(json_array(CAST('Interaction.HAPPENED_AT_DESC' AS TEXT), t9.occurred_at, t9.id))) AS cur, row_number() OVER (ORDER BY t9.occurred_at DESC, t9.id DESC) AS n
          FROM interaction AS t9
          WHERE t9.customer_id = t1.id
          ORDER BY t9.occurred_at DESC, t9.id DESC
          LIMIT 21 OFFSET ?) AS s11) AS s12)),
    'tickets', json(
    (SELECT json_object('nodes', json_group_array(json(s18.d0))) AS json_object_of_8
      FROM
      (SELECT json_object('id', 'Ticket:' || CAST(t13.id AS TEXT),
        'number', t13.number,
        'kind', t13.kind,
        'subject', t13.subject,
        'status', t13.status,
        'severity', t13.severity,
        'openedAt', t13.opened_at,
        'target', json_object('dueAt', t13.due_at,
        'state', CASE WHEN (t13.made_target IS 1) THEN 'MET' WHEN (t13.made_target IS 0) THEN 'MISSED' WHEN (t13.due_at IS NULL OR t13.status = 'CANCELLED') THEN 'NONE' WHEN (coalesce(t13.resolved_at, t13.closed_at, t13.paused_at, ?) > t13.due_at AND (t13.resolved_at IS NOT NULL OR t13.closed_at IS NOT NULL)) THEN 'MISSED' WHEN (coalesce(t13.resolved_at, t13.closed_at, t13.paused_at, ?) > t13.due_at) THEN 'OVERDUE' WHEN (t13.resolved_at IS NOT NULL OR t13.closed_at IS NOT NULL) THEN 'MET' WHEN (t13.paused_at IS NOT NULL) THEN 'PAUSED' ELSE 'RUNNING' END),
        'assignee', json(
        (SELECT json_object('name', t14.name) AS json_object_of_9
          FROM staff AS t14
          WHERE t14.id = t13.assignee_id)),
        'department', json(
        (SELECT json_object('name', t15.name) AS json_object_of_10
          FROM department AS t15
          WHERE t15.id = t13.department_id)),
        'events', json(
        (SELECT json_group_array(json(s17.document)) AS json_rows_of_2
          FROM
          (SELECT json_object('kind', t16.kind,
            'happenedAt', t16.at,
            'status', t16.status) AS document
            FROM ticket_event AS t16
            WHERE t16.ticket_id = t13.id
            ORDER BY t16.at, t16.id
            LIMIT 5 OFFSET ?) AS s17))) AS d0
        FROM ticket AS t13
        WHERE t13.customer_id = t1.id
        ORDER BY t13.opened_at DESC, t13.id DESC
        LIMIT 10 OFFSET ?) AS s18)),
    'relatedCustomers', json(
    (SELECT json_group_array(json(s22.document)) AS json_rows_of_3
      FROM
      (SELECT json_object('kind', t19.kind,
        'direction', t19.direction,
        'customer', json(
        (SELECT json_object('id', 'Customer:' || CAST(t20.id AS TEXT),
          'code', t20.code,
          'name', t20.name) AS json_object_of_11
          FROM customer AS t20
          WHERE t20.id = t19.other_id))) AS document
        FROM customer_relation_side AS t19
        WHERE t19.customer_id = t1.id
        AND t19.since <= ?
        AND (t19.until IS NULL OR t19.until > ?)
        ORDER BY t19.kind, t19.direction, t19.id
        LIMIT 5 OFFSET ?) AS s22))) AS json_object_of_1
    FROM customer AS t1
    WHERE t1.id = ?)) AS TEXT) AS r0

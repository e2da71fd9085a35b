SELECT CAST(
  (SELECT json_build_object('id', 'Customer:' || CAST(t1.id AS TEXT),
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
    'department',
    (SELECT json_build_object('number', t2.number,
      'name', t2.name) AS json_object_of_2
      FROM department AS t2
      WHERE t2.id = t1.department_id),
    'owner',
    (SELECT json_build_object('since', t3.since,
      'staff',
      (SELECT json_build_object('number', t4.number,
        'name', t4.name,
        'title', t4.title,
        'email', t4.email) AS json_object_of_4
        FROM staff AS t4
        WHERE t4.id = t3.staff_id)) AS json_object_of_3
      FROM assignment AS t3
      WHERE t3.customer_id = t1.id
      AND t3.role = $1::VARCHAR COLLATE "C"
      AND t3.since <= $2::DATE
      AND (t3.until IS NULL OR t3.until > $2::DATE)
      ORDER BY t3.since DESC, t3.id
      LIMIT 1),
    'credit',
    (SELECT json_build_object('limit', NULL,
      'used', NULL,
      'termDays', t6.term_days,
      'rating', NULL,
      'isBlocked', t6.is_blocked,
      'reviewedOn', t6.reviewed_on) AS json_object_of_5
      FROM credit_account AS t6
      WHERE t6.customer_id = t1.id),
    'metrics', json_build_object('monetary', CASE WHEN (t1.monetary_minor IS NOT NULL) THEN json_build_object('amount', CASE WHEN t1.currency IN ('BIF',
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
    'OMR', 'TND') THEN CAST((t1.monetary_minor) * 0.001 AS TEXT) ELSE CAST((t1.monetary_minor) * 0.01 AS TEXT) END,
    'currency', t1.currency) END,
    'purchaseCount', t1.purchase_count,
    'firstPurchaseAt', t1.first_purchase_at,
    'lastPurchaseAt', t1.last_purchase_at,
    'interactionCount', t1.interaction_count,
    'lastContactAt', t1.last_contact_at,
    'ticketCount', t1.ticket_count,
    'openTicketCount', t1.open_ticket_count,
    'complaintCount', t1.complaint_count,
    'lastActivityAt', t1.last_activity_at),
    'contacts',
    (SELECT coalesce(json_agg(s8.document), '[]') AS json_rows_of_1
      FROM
      (SELECT json_build_object('name', t7.name,
        'title', t7.title,
        'email', t7.email,
        'phone', t7.phone,
        'isPrimary', t7.is_primary) AS document
        FROM contact AS t7
        WHERE t7.customer_id = t1.id
        ORDER BY t7.name, t7.id
        LIMIT 5) AS s8),
    'interactions',
    (SELECT json_build_object('nodes', coalesce(json_agg(s12.d0) FILTER (WHERE s12.n <= 20), '[]'),
      'pageInfo', json_build_object('hasNextPage', coalesce(max(s12.total), 0) > 20,
      'endCursor', max(s12.cur) FILTER (WHERE s12.n = CASE WHEN (s12.total < 20) THEN s12.total ELSE 20 END))) AS json_object_of_6
      FROM
      (SELECT s11.d0 AS d0, s11.cur AS cur, s11.n AS n, count(*) OVER () AS total
        FROM
        (SELECT json_build_object('id', 'Interaction:' || CAST(t9.id AS TEXT),
          'happenedAt', t9.occurred_at,
          'channel', t9.channel,
          'direction', t9.direction,
          'kind', t9.kind,
          'state', t9.state,
          'satisfaction', t9.satisfaction,
          'subject', t9.subject,
          'handler',
          (SELECT json_build_object('name', t10.name) AS json_object_of_7
            FROM staff AS t10
            WHERE t10.id = t9.staff_id)) AS d0, encode(convert_to('[' || concat_ws(',', to_json(CAST('Interaction.HAPPENED_AT_DESC' AS TEXT)), to_json(t9.occurred_at), to_json(t9.id)) || ']', 'UTF8'), 'hex') AS cur, row_number() OVER (ORDER BY t9.occurred_at DESC, t9.id DESC) AS n
          FROM interaction AS t9
          WHERE t9.customer_id = t1.id
          ORDER BY t9.occurred_at DESC, t9.id DESC
          LIMIT 21) AS s11) AS s12),
    'tickets',
    (SELECT json_build_object('nodes', coalesce(json_agg(s18.d0), '[]')) AS json_object_of_8
      FROM
      (SELECT json_build_object('id', 'Ticket:' || CAST(t13.id AS TEXT),
        'number', t13.number,
        'kind', t13.kind,
        'subject', t13.subject,
        'status', t13.status,
        'severity', t13.severity,
        'openedAt', t13.opened_at,
        'target', json_build_object('dueAt', t13.due_at,
        'state', CASE WHEN (t13.made_target IS true) THEN 'MET' WHEN (t13.made_target IS false) THEN 'MISSED' WHEN (t13.due_at IS NULL OR t13.status = 'CANCELLED') THEN 'NONE' WHEN (coalesce(t13.resolved_at, t13.closed_at, t13.paused_at, $3::TIMESTAMP WITH TIME ZONE) > t13.due_at AND (t13.resolved_at IS NOT NULL OR t13.closed_at IS NOT NULL)) THEN 'MISSED' WHEN (coalesce(t13.resolved_at, t13.closed_at, t13.paused_at, $3::TIMESTAMP WITH TIME ZONE) > t13.due_at) THEN 'OVERDUE' WHEN (t13.resolved_at IS NOT NULL OR t13.closed_at IS NOT NULL) THEN 'MET' WHEN (t13.paused_at IS NOT NULL) THEN 'PAUSED' ELSE 'RUNNING' END),
        'assignee',
        (SELECT json_build_object('name', t14.name) AS json_object_of_9
          FROM staff AS t14
          WHERE t14.id = t13.assignee_id),
        'department',
        (SELECT json_build_object('name', t15.name) AS json_object_of_10
          FROM department AS t15
          WHERE t15.id = t13.department_id),
        'events',
        (SELECT coalesce(json_agg(s17.document), '[]') AS json_rows_of_2
          FROM
          (SELECT json_build_object('kind', t16.kind,
            'happenedAt', t16.at,
            'status', t16.status) AS document
            FROM ticket_event AS t16
            WHERE t16.ticket_id = t13.id
            ORDER BY t16.at, t16.id
            LIMIT 5) AS s17)) AS d0
        FROM ticket AS t13
        WHERE t13.customer_id = t1.id
        ORDER BY t13.opened_at DESC, t13.id DESC
        LIMIT 10) AS s18),
    'relatedCustomers',
    (SELECT coalesce(json_agg(s22.document), '[]') AS json_rows_of_3
      FROM
      (SELECT json_build_object('kind', t19.kind,
        'direction', t19.direction,
        'customer',
        (SELECT json_build_object('id', 'Customer:' || CAST(t20.id AS TEXT),
          'code', t20.code,
          'name', t20.name) AS json_object_of_11
          FROM customer AS t20
          WHERE t20.id = t19.other_id
          AND (EXISTS
          (SELECT 1
            FROM assignment AS mine
            WHERE mine.customer_id = t20.id
            AND mine.staff_id = $4::UUID
            AND mine.since <= $5::DATE
            AND (mine.until IS NULL OR mine.until > $5::DATE))))) AS document
        FROM customer_relation_side AS t19
        WHERE t19.customer_id = t1.id
        AND t19.since <= $6::DATE
        AND (t19.until IS NULL OR t19.until > $6::DATE)
        ORDER BY t19.kind, t19.direction, t19.id
        LIMIT 5) AS s22)) AS json_object_of_1
    FROM customer AS t1
    WHERE (EXISTS
    (SELECT 1
      FROM assignment AS mine
      WHERE mine.customer_id = t1.id
      AND mine.staff_id = $4::UUID
      AND mine.since <= $5::DATE
      AND (mine.until IS NULL OR mine.until > $5::DATE)))
    AND t1.id = $7::UUID) AS TEXT) AS r0

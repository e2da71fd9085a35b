SELECT CAST(json(
  (SELECT json_object('nodes', json_group_array(json(s12.d0)) FILTER (WHERE s12.n <= 50),
    'pageInfo', json_object('hasNextPage', json(CASE (coalesce(max(s12.total), 0) > 50) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
    'endCursor', max(s12.cur) FILTER (WHERE s12.n = CASE WHEN (s12.total < 50) THEN s12.total ELSE 50 END))) AS json_object_of_1
    FROM
    (SELECT s11.d0 AS d0, s11.cur AS cur, s11.n AS n, count(*) OVER () AS total
      FROM
      (SELECT json_object('id', 'Customer:' || CAST(t1.id AS TEXT),
        'code', t1.code,
        'kind', t1.kind,
        'name', t1.name,
        'status', t1.status,
        'grade', t1.grade,
        'industry', t1.industry,
        'language', t1.language,
        'country', t1.country,
        'city', t1.city,
        'email', t1.email,
        'phone', t1.phone,
        'updatedAt', t1.updated_at,
        'department', json(
        (SELECT json_object('number', t2.number,
          'name', t2.name) AS json_object_of_2
          FROM department AS t2
          WHERE t2.id = t1.department_id)),
        'owner', json(
        (SELECT json_object('staff', json(
          (SELECT json_object('name', t4.name,
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
        (SELECT json_object('termDays', t6.term_days,
          'rating', t6.rating) AS json_object_of_5
          FROM credit_account AS t6
          WHERE t6.customer_id = t1.id)),
        'contacts', json(
        (SELECT json_group_array(json(s8.document)) AS json_rows_of_1
          FROM
          (SELECT json_object('name', t7.name,
            'email', t7.email,
            'phone', t7.phone) AS document
            FROM contact AS t7
            WHERE t7.customer_id = t1.id
            ORDER BY t7.name, t7.id
            LIMIT 2 OFFSET ?) AS s8)),
        'interactions', json(
        (SELECT json_object('nodes', json_group_array(json(s10.d0))) AS json_object_of_6
          FROM
          (SELECT json_object('happenedAt', t9.occurred_at,
            'channel', t9.channel,
            'subject', t9.subject) AS d0
            FROM interaction AS t9
            WHERE t9.customer_id = t1.id
            ORDER BY t9.occurred_at DESC, t9.id DESC
            LIMIT 3 OFFSET ?) AS s10))) AS d0, lower(hex(json_array(CAST('Customer.CODE_ASC' AS TEXT), t1.code, t1.id))) AS cur, row_number() OVER (ORDER BY t1.code, t1.id) AS n
        FROM customer AS t1
        WHERE 1 = 1
        ORDER BY t1.code, t1.id
        LIMIT 51 OFFSET ?) AS s11) AS s12)) AS TEXT) AS r0

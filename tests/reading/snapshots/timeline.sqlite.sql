SELECT CAST(json(
  (SELECT json_object('timeline', json(
    (SELECT json_object('edges', json_group_array(json(s12.d0)) FILTER (WHERE s12.n <= 5),
      'pageInfo', json_object('hasPreviousPage', json(CASE (coalesce(max(s12.total), 0) > 5) WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END),
      'startCursor', max(s12.cur) FILTER (WHERE s12.n = CASE WHEN (s12.total < 5) THEN s12.total ELSE 5 END)),
      'totalCount',
      (SELECT count(*) AS count_1
        FROM
        (SELECT 1 AS one
          FROM
          (SELECT 1 AS one
            FROM grade_period AS t6
            WHERE t6.customer_id = t1.id
            UNION ALL SELECT 1 AS one
            FROM interaction AS t8
            WHERE t8.customer_id = t1.id) AS all_members
          LIMIT 10001 OFFSET ?) AS counted)) AS json_object_of_2
      FROM
      (SELECT s11.d0 AS d0, s11.cur AS cur, s11.n AS n, count(*) OVER () AS total
        FROM
        (SELECT json_object('cursor', lower(hex(json_array(CAST('TimelineItemConnection.HAPPENED_AT' AS TEXT), u2.at, u2.tag, u2.id))),
          'node', json(n0)) AS d0, lower(hex(json_array(CAST('TimelineItemConnection.HAPPENED_AT' AS TEXT), u2.at, u2.tag, u2.id))) AS cur, row_number() OVER (ORDER BY u2.at, u2.tag, u2.id) AS n
          FROM
          (SELECT s7.n0 AS n0, s7.at AS at, s7.tag AS tag, s7.id AS id
            FROM
            (SELECT json_object('__typename',
              'GradePeriod',
              'id', 'GradePeriod:' || CAST(t6.id AS TEXT),
              'happenedAt', t6.since) AS n0, t6.since AS at, 1 AS tag, t6.id AS id
              FROM grade_period AS t6
              WHERE t6.customer_id = t1.id
              AND t6.since >= ?
              AND (t6.since > ? OR t6.since = ? AND (1 > ? OR 1 = ? AND t6.id > ?))
              ORDER BY t6.since, t6.id
              LIMIT 6 OFFSET ?) AS s7
            UNION ALL SELECT s10.n0 AS n0, s10.at AS at, s10.tag AS tag, s10.id AS id
            FROM
            (SELECT json_object('__typename',
              'Interaction',
              'id', 'Interaction:' || CAST(t8.id AS TEXT),
              'happenedAt', t8.occurred_at,
              'subject', t8.subject,
              'handler', json(
              (SELECT json_object('name', t9.name) AS json_object_of_3
                FROM staff AS t9
                WHERE t9.id = t8.staff_id))) AS n0, t8.occurred_at AS at, 2 AS tag, t8.id AS id
              FROM interaction AS t8
              WHERE t8.customer_id = t1.id
              AND t8.occurred_at >= ?
              AND (t8.occurred_at > ? OR t8.occurred_at = ? AND (2 > ? OR 2 = ? AND t8.id > ?))
              ORDER BY t8.occurred_at, t8.id
              LIMIT 6 OFFSET ?) AS s10) AS u2
          ORDER BY u2.at, u2.tag, u2.id
          LIMIT 6 OFFSET ?) AS s11
        ORDER BY s11.n DESC) AS s12))) AS json_object_of_1
    FROM customer AS t1
    WHERE (EXISTS
    (SELECT 1
      FROM assignment AS mine
      WHERE mine.customer_id = t1.id
      AND mine.staff_id = ?
      AND mine.since <= ?
      AND (mine.until IS NULL OR mine.until > ?)))
    AND t1.id = ?)) AS TEXT) AS r0

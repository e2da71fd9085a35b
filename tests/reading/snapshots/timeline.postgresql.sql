SELECT CAST(
  (SELECT json_build_object('timeline',
    (SELECT json_build_object('edges', coalesce(json_agg(s12.d0) FILTER (WHERE s12.n <= 5), '[]'),
      'pageInfo', json_build_object('hasPreviousPage', coalesce(max(s12.total), 0) > 5,
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
          LIMIT 10001) AS counted)) AS json_object_of_2
      FROM
      (SELECT s11.d0 AS d0, s11.cur AS cur, s11.n AS n, count(*) OVER () AS total
        FROM
        (SELECT json_build_object('cursor', encode(convert_to('[' || concat_ws(',', to_json(CAST('TimelineItemConnection.HAPPENED_AT' AS TEXT)), to_json(u2.at), to_json(u2.tag), to_json(u2.id)) || ']', 'UTF8'), 'hex'),
          'node', n0) AS d0, encode(convert_to('[' || concat_ws(',', to_json(CAST('TimelineItemConnection.HAPPENED_AT' AS TEXT)), to_json(u2.at), to_json(u2.tag), to_json(u2.id)) || ']', 'UTF8'), 'hex') AS cur, row_number() OVER (ORDER BY u2.at, u2.tag, u2.id) AS n
          FROM
          (SELECT s7.n0 AS n0, s7.at AS at, s7.tag AS tag, s7.id AS id
            FROM
            (SELECT json_build_object('__typename',
              'GradePeriod',
              'id', 'GradePeriod:' || CAST(t6.id AS TEXT),
              'happenedAt', t6.since) AS n0, t6.since AS at, 1 AS tag, t6.id AS id
              FROM grade_period AS t6
              WHERE t6.customer_id = t1.id
              AND t6.since >= $1::TIMESTAMP WITH TIME ZONE
              AND (t6.since > $1::TIMESTAMP WITH TIME ZONE OR t6.since = $1::TIMESTAMP WITH TIME ZONE AND (1 > $2::INTEGER OR 1 = $2::INTEGER AND t6.id > $3::UUID))
              ORDER BY t6.since, t6.id
              LIMIT 6) AS s7
            UNION ALL SELECT s10.n0 AS n0, s10.at AS at, s10.tag AS tag, s10.id AS id
            FROM
            (SELECT json_build_object('__typename',
              'Interaction',
              'id', 'Interaction:' || CAST(t8.id AS TEXT),
              'happenedAt', t8.occurred_at,
              'subject', t8.subject,
              'handler',
              (SELECT json_build_object('name', t9.name) AS json_object_of_3
                FROM staff AS t9
                WHERE t9.id = t8.staff_id)) AS n0, t8.occurred_at AS at, 2 AS tag, t8.id AS id
              FROM interaction AS t8
              WHERE t8.customer_id = t1.id
              AND t8.occurred_at >= $1::TIMESTAMP WITH TIME ZONE
              AND (t8.occurred_at > $1::TIMESTAMP WITH TIME ZONE OR t8.occurred_at = $1::TIMESTAMP WITH TIME ZONE AND (2 > $2::INTEGER OR 2 = $2::INTEGER AND t8.id > $3::UUID))
              ORDER BY t8.occurred_at, t8.id
              LIMIT 6) AS s10) AS u2
          ORDER BY u2.at, u2.tag, u2.id
          LIMIT 6) AS s11
        ORDER BY s11.n DESC) AS s12)) AS json_object_of_1
    FROM customer AS t1
    WHERE (EXISTS
    (SELECT 1
      FROM assignment AS mine
      WHERE mine.customer_id = t1.id
      AND mine.staff_id = $4::UUID
      AND mine.since <= $5::DATE
      AND (mine.until IS NULL OR mine.until > $5::DATE)))
    AND t1.id = $6::UUID) AS TEXT) AS r0

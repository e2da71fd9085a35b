SELECT CAST(json(
  (SELECT json_object('nodes', json_group_array(json(s12.d0)),
    'totalCount',
    (SELECT count(*) AS count_1
      FROM
      (SELECT 1 AS one
        FROM customer AS t1
        WHERE t1.id IN
        (SELECT t2.customer_id
          FROM customer_token AS t2
          WHERE t2.token >= ?
          AND t2.token < ? INTERSECT SELECT t5.customer_id
          FROM customer_token AS t5
          WHERE t5.token >= ?
          AND t5.token < ?)
        AND t1.grade IN
        (SELECT value
          FROM json_each(?))
        AND t1.monetary_minor * CASE WHEN (t1.currency IN ('BIF',
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
        'XOF', 'XPF')) THEN 1000 WHEN (t1.currency IN ('BHD',
        'IQD',
        'JOD',
        'KWD',
        'LYD',
        'OMR', 'TND')) THEN 1 ELSE 10 END >= ?
        AND (coalesce(t1.country = ?, 0) = 0 OR t1.city >= ? AND t1.city < (? || '􏿿') AND t1.birthday IS NOT NULL)
        LIMIT 10001 OFFSET ?) AS counted)) AS json_object_of_1
    FROM
    (SELECT json_object('code', t1.code) AS d0
      FROM customer AS t1
      WHERE t1.id IN
      (SELECT t2.customer_id
        FROM customer_token AS t2
        WHERE t2.token >= ?
        AND t2.token < ? INTERSECT SELECT t5.customer_id
        FROM customer_token AS t5
        WHERE t5.token >= ?
        AND t5.token < ?)
      AND t1.grade IN
      (SELECT value
        FROM json_each(?))
      AND t1.monetary_minor * CASE WHEN (t1.currency IN ('BIF',
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
      'XOF', 'XPF')) THEN 1000 WHEN (t1.currency IN ('BHD',
      'IQD',
      'JOD',
      'KWD',
      'LYD',
      'OMR', 'TND')) THEN 1 ELSE 10 END >= ?
      AND (coalesce(t1.country = ?, 0) = 0 OR t1.city >= ? AND t1.city < (? || '􏿿') AND t1.birthday IS NOT NULL)
      ORDER BY t1.monetary_minor DESC, t1.id DESC
      LIMIT 10 OFFSET ?) AS s12)) AS TEXT) AS r0, CAST(json_object('Customer', json(
  (SELECT json_group_array(json(s15.pair)) AS json_rows_of_1
    FROM
    (SELECT json_array(CAST(t13.id AS TEXT), json_object('id', 'Customer:' || CAST(t13.id AS TEXT),
      'name', t13.name,
      'nextBirthday', json_array(t13.birthday))) AS pair
      FROM customer AS t13
      WHERE t13.id IN
      (SELECT value
        FROM json_each(?))) AS s15)),
  'Staff', json(
  (SELECT json_group_array(json(s18.pair)) AS json_rows_of_2
    FROM
    (SELECT json_array(CAST(t16.id AS TEXT), json_object('id', 'Staff:' || CAST(t16.id AS TEXT))) AS pair
      FROM staff AS t16
      WHERE t16.id IN
      (SELECT value
        FROM json_each(?))) AS s18))) AS TEXT) AS r1

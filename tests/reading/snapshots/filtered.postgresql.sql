SELECT CAST(
  (SELECT json_build_object('nodes', coalesce(json_agg(s12.d0), '[]'),
    'totalCount',
    (SELECT count(*) AS count_1
      FROM
      (SELECT 1 AS one
        FROM customer AS t1
        WHERE t1.id IN
        (SELECT t2.customer_id
          FROM customer_token AS t2
          WHERE t2.token >= $1::VARCHAR
          AND t2.token < $2::VARCHAR INTERSECT SELECT t5.customer_id
          FROM customer_token AS t5
          WHERE t5.token >= $3::VARCHAR
          AND t5.token < $4::VARCHAR)
        AND t1.grade = ANY ($5::TEXT[] COLLATE "C")
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
        'OMR', 'TND')) THEN 1 ELSE 10 END >= $6::BIGINT
        AND (NOT coalesce(t1.country = $7::VARCHAR COLLATE "C", false) OR t1.city >= $8::VARCHAR COLLATE "C" AND t1.city < ($8::VARCHAR COLLATE "C" || '􏿿') AND t1.birthday IS NOT NULL)
        LIMIT 10001) AS counted)) AS json_object_of_1
    FROM
    (SELECT json_build_object('code', t1.code) AS d0
      FROM customer AS t1
      WHERE t1.id IN
      (SELECT t2.customer_id
        FROM customer_token AS t2
        WHERE t2.token >= $1::VARCHAR
        AND t2.token < $2::VARCHAR INTERSECT SELECT t5.customer_id
        FROM customer_token AS t5
        WHERE t5.token >= $3::VARCHAR
        AND t5.token < $4::VARCHAR)
      AND t1.grade = ANY ($5::TEXT[] COLLATE "C")
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
      'OMR', 'TND')) THEN 1 ELSE 10 END >= $6::BIGINT
      AND (NOT coalesce(t1.country = $7::VARCHAR COLLATE "C", false) OR t1.city >= $8::VARCHAR COLLATE "C" AND t1.city < ($8::VARCHAR COLLATE "C" || '􏿿') AND t1.birthday IS NOT NULL)
      ORDER BY t1.monetary_minor DESC, t1.id DESC
      LIMIT 10) AS s12) AS TEXT) AS r0, CAST(json_build_object('Customer',
  (SELECT coalesce(json_agg(s15.pair), '[]') AS json_rows_of_1
    FROM
    (SELECT json_build_array(CAST(t13.id AS TEXT), json_build_object('id', 'Customer:' || CAST(t13.id AS TEXT),
      'name', t13.name,
      'nextBirthday', json_build_array(t13.birthday))) AS pair
      FROM customer AS t13
      WHERE t13.id = ANY ($9::UUID[])) AS s15),
  'Staff',
  (SELECT coalesce(json_agg(s18.pair), '[]') AS json_rows_of_2
    FROM
    (SELECT json_build_array(CAST(t16.id AS TEXT), json_build_object('id', 'Staff:' || CAST(t16.id AS TEXT))) AS pair
      FROM staff AS t16
      WHERE t16.id = ANY ($10::UUID[])) AS s18)) AS TEXT) AS r1

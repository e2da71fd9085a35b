SELECT json_build_object('cursors', json_build_array(NULL)::jsonb || (
  SELECT jsonb_agg(code ORDER BY code) FROM (
    SELECT code, row_number() OVER (ORDER BY code) AS place FROM customer ORDER BY code LIMIT ($1::int - 1) * 50
  ) AS numbered WHERE place % 50 = 0
))::text

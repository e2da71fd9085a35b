-- What PostGraphile's users write for a computed field: a stable function of the row, in SQL.
CREATE OR REPLACE FUNCTION ticket_target_state(t ticket) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN t.made_target THEN 'MET'
    WHEN NOT t.made_target THEN 'MISSED'
    WHEN t.due_at IS NULL THEN 'NONE'
    WHEN coalesce(t.resolved_at, now()) > t.due_at THEN CASE WHEN t.resolved_at IS NULL THEN 'OVERDUE' ELSE 'MISSED' END
    WHEN t.resolved_at IS NOT NULL THEN 'MET'
    ELSE 'RUNNING'
  END
$$;

-- What PostGraphile's users write for a computed field: a stable function of the row, in SQL.
CREATE OR REPLACE FUNCTION ticket_target_state(t ticket) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN t.made_target THEN 'MET'
    WHEN NOT t.made_target THEN 'MISSED'
    WHEN t.due_at IS NULL OR t.status = 'CANCELLED' THEN 'NONE'
    WHEN coalesce(t.resolved_at, t.closed_at, t.paused_at, now()) > t.due_at
      THEN CASE WHEN coalesce(t.resolved_at, t.closed_at) IS NULL THEN 'OVERDUE' ELSE 'MISSED' END
    WHEN coalesce(t.resolved_at, t.closed_at) IS NOT NULL THEN 'MET'
    WHEN t.paused_at IS NOT NULL THEN 'PAUSED'
    ELSE 'RUNNING'
  END
$$;

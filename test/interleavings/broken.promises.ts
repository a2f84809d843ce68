/** What never holds, whatever the order, for the organization $1: one row for each promise that is broken. */
export const BROKEN_PROMISES = `
  SELECT format('%s has %s entries of its end and is %s', p.sync_id, count(l.id), p.status) AS what
    FROM public.sync_progress p LEFT JOIN public.sync_activity_log l
      ON l.org_id = p.org_id AND l.sync_id = p.sync_id AND l.activity_type ~ '^sync_(completed|failed|cancelled|timeout)$'
   WHERE p.org_id = $1 GROUP BY p.org_id, p.sync_id, p.status, p.completed_at
  HAVING count(l.id) <> CASE WHEN p.completed_at IS NULL THEN 0 ELSE 1 END
  UNION ALL
  SELECT format('%s has counted %s of %s', p.sync_id, p.processed_count + p.failed_count, p.total_items)
    FROM public.sync_progress p WHERE p.org_id = $1 AND p.processed_count + p.failed_count > p.total_items
  UNION ALL
  SELECT format('%s is %s, its run %s', p.sync_id, p.status, r.state)
    FROM public.sync_progress p JOIN public.sync_runs r USING (org_id, sync_id)
   WHERE p.org_id = $1 AND (p.completed_at IS NULL AND r.state = 'ended' OR p.completed_at IS NOT NULL AND r.state = 'paused')
  UNION ALL
  SELECT format('%s counted %s and saw %s', p.sync_id, p.processed_count + p.failed_count, count(s.external_id))
    FROM public.sync_progress p JOIN public.sync_runs r USING (org_id, sync_id) LEFT JOIN public.sync_seen s USING (org_id, sync_id)
   WHERE p.org_id = $1 GROUP BY p.org_id, p.sync_id, p.processed_count, p.failed_count
  HAVING count(s.external_id) <> p.processed_count + p.failed_count
  UNION ALL
  SELECT format('%s and %s are both at %s', a.sync_id, b.sync_id, a.source_connection_id)
    FROM public.sync_runs a JOIN public.sync_runs b
      ON b.org_id = a.org_id AND b.source_connection_id = a.source_connection_id AND b.entity_type = a.entity_type AND b.sync_id > a.sync_id
   WHERE a.org_id = $1 AND a.state IN ('ready', 'paused') AND b.state IN ('ready', 'paused')
     AND NOT EXISTS (SELECT FROM public.sync_progress p WHERE p.org_id = $1 AND p.sync_id IN (a.sync_id, b.sync_id) AND p.completed_at IS NOT NULL)
  UNION ALL
  SELECT format('seal %s of the trail: %s', v.sequence, v.reason) FROM app.verify_seals($1, 0, 1000) v WHERE v.reason IS NOT NULL
  UNION ALL
  SELECT format('entry %s was inserted behind what is sealed', v.inserted)
    FROM app.verify_unsealed($1, NULL, NULL, 1000) v WHERE v.inserted IS NOT NULL
  UNION ALL
  SELECT format('entry %s is in %s seals', e.id, count(*))
    FROM public.sync_activity_seals s CROSS JOIN LATERAL unnest(s.entry_ids) AS e (id) WHERE s.org_id = $1
   GROUP BY e.id HAVING count(*) > 1`;

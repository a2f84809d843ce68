/** What the simulator looks at after each transaction, one row a thing: its kind, its name and what it is, as text. */
export const LOOK = `
  SELECT 'sync' AS kind, p.org_id || ' ' || p.sync_id AS name,
         json_build_object('status', p.status, 'processed', p.processed_count, 'failed', p.failed_count, 'total', p.total_items,
           'ended', p.completed_at IS NOT NULL, 'epoch', r.lease_epoch, 'state', r.state,
           'seen', CASE WHEN r.sync_id IS NOT NULL THEN (SELECT count(*) FROM public.sync_seen s WHERE s.org_id = p.org_id AND s.sync_id = p.sync_id) END,
           'ends', (SELECT count(*) FROM public.sync_activity_log l WHERE l.org_id = p.org_id AND l.sync_id = p.sync_id
                      AND l.activity_type ~ '^sync_(completed|failed|cancelled|timeout)$'))::text AS is
    FROM public.sync_progress p LEFT JOIN public.sync_runs r USING (org_id, sync_id)
  UNION ALL
  SELECT 'entry', l.org_id || ' ' || l.id, md5(l::text) FROM public.sync_activity_log l
  UNION ALL
  SELECT 'twice bound', b.org_id || ' ' || b.entity_type || ' ' || b.id_a, count(*)::text FROM public.sync_bindings b
   GROUP BY b.org_id, b.entity_type, b.system_a, b.id_a, b.system_b HAVING count(*) > 1
  UNION ALL
  SELECT 'twice bound', b.org_id || ' ' || b.entity_type || ' ' || b.id_b, count(*)::text FROM public.sync_bindings b
   GROUP BY b.org_id, b.entity_type, b.system_b, b.id_b, b.system_a HAVING count(*) > 1
  UNION ALL
  SELECT 'elsewhere', b.org_id || ' ' || b.id_a, b.data_a ->> 'email' FROM public.sync_bindings b
   WHERE b.data_a ->> 'email' NOT LIKE '%@' || b.org_id || '.example'`;

/** Whether the trail verifies: one row for each thing that is wrong. */
export const VERIFY = `
  SELECT o.org_id || ' seal ' || v.sequence || ' ' || v.reason AS wrong
    FROM (SELECT DISTINCT org_id FROM public.sync_activity_log) AS o, app.verify_seals(o.org_id, 0, 100000) AS v WHERE v.reason IS NOT NULL
  UNION ALL
  SELECT o.org_id || ' entry ' || u.inserted || ' inserted'
    FROM (SELECT DISTINCT org_id FROM public.sync_activity_log) AS o, app.verify_unsealed(o.org_id, NULL, NULL, 100000) AS u
   WHERE u.inserted IS NOT NULL`;

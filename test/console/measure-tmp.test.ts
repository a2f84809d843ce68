import { it } from 'vitest';
import { createTestDatabase, sql } from '../support/test-database.ts';

it('measures', async () => {
  const database = await createTestDatabase();
  const url = database.superuserUrl;
  const start = (n: number, from: number) => `INSERT INTO public.sync_progress (org_id, sync_id, entity_type, source_system, initiated_by, total_items)
    SELECT 'org-1', 'nightly-import-of-orders-' || (${from} + g) || '-' || md5((${from} + g)::text), 'order', 'warehouse-system', 'annabelle@operations.example', 100 FROM generate_series(1, ${n}) g`;
  const out: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const times: number[] = [];
    for (const [k, on] of [[0, true], [1, false]] as const) {
      await sql(url, `ALTER TABLE public.sync_progress ${on ? 'ENABLE' : 'DISABLE'} TRIGGER search_on_insert`);
      const began = performance.now();
      for (let n = 0; n < 500; n += 50) await sql(url, Array.from({ length: 50 }, (_, i) => start(1, round * 100_000 + k * 50_000 + n + i)).join(';'));
      times.push(performance.now() - began);
    }
    out.push(`with ${times[0]?.toFixed(0)} ms, without ${times[1]?.toFixed(0)} ms, ratio ${((times[0] ?? 0) / (times[1] ?? 1)).toFixed(2)}`);
  }
  const size = await sql(url, `SELECT pg_total_relation_size('sync_search') / count(*) AS search, (SELECT pg_total_relation_size('sync_progress') / count(*) FROM sync_progress) AS progress FROM sync_search`);
  console.log(out.join('\n'), JSON.stringify(size));
  await database.drop();
}, 300_000);

import { describe, expect, it } from 'vitest';
import { parseAll, statementsOfFunction } from './sources.ts';
import { findingsOf, type Layout, STATEMENT_RULES, type StatementRule } from './statement.rules.ts';

// For each rule the form in which the service had a statement that Citus refuses, and the form that it takes.

const LAYOUT: Layout = {
  distributed: new Set(
    ['progress', 'runs', 'connections', 'erasures', 'records', 'seen', 'signals', 'turns', 'activity_log'].map(
      (name) => `public.sync_${name}`,
    ),
  ),
  functions: new Map([
    ...['now', 'row_to_json', 'to_jsonb', 'jsonb_build_object', 'pg_column_size', 'format', 'current_setting'].map(
      (name) => [name, 'stable'] as const,
    ),
    ...['clock_timestamp', 'random', 'gen_random_uuid', 'set_config', 'pg_relation_size'].map(
      (name) => [name, 'volatile'] as const,
    ),
    ...['count', 'make_interval', 'jsonb_set', 'unnest', 'jsonb_to_recordset', 'least'].map(
      (name) => [name, 'immutable'] as const,
    ),
  ]),
  times: new Set(['created_at', 'updated_at', 'due_at']),
  variables: new Set(),
};

const rulesOf = (text: string, variables: readonly string[] = []): StatementRule[] => [
  ...new Set(
    parseAll(text).flatMap((each) =>
      findingsOf(each, { ...LAYOUT, variables: new Set(variables) }).map(({ rule }) => rule),
    ),
  ),
];

const CASES: readonly { rule: StatementRule; refused: readonly string[]; taken: readonly string[] }[] = [
  {
    rule: 'insert-select',
    refused: [
      `INSERT INTO public.sync_activity_log (org_id, sync_id) SELECT $1, e.sync_id FROM jsonb_to_recordset($2) AS e (sync_id text) RETURNING *`,
      `INSERT INTO public.sync_signals (org_id, sync_id) SELECT $1, $2 WHERE EXISTS (SELECT FROM public.sync_turns t WHERE t.org_id = $1)`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT v.a, v.b FROM (VALUES ('a', 'b')) AS v (a, b)`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, r.sync_id FROM public.sync_runs r LIMIT 10`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT $1, g.id FROM public.sync_runs r CROSS JOIN unnest($2::text[]) AS g (id) WHERE r.org_id = $1`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, g.id FROM public.sync_runs r CROSS JOIN unnest($2::text[]) AS g (id)`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, l.id FROM public.sync_runs r CROSS JOIN app.local AS l WHERE r.org_id = $1`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, gen_random_uuid()::text FROM public.sync_runs r WHERE r.org_id = $1`,
      `WITH g AS (SELECT unnest($2::text[]) AS id) INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, g.id FROM public.sync_runs r, g WHERE r.org_id = $1`,
    ],
    taken: [
      `INSERT INTO public.sync_activity_log (org_id, sync_id) VALUES ($1, $2), ($1, $3) ON CONFLICT DO NOTHING RETURNING *`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, r.sync_id FROM public.sync_runs r WHERE r.org_id = $1`,
      `INSERT INTO public.sync_seen (org_id, sync_id) SELECT r.org_id, g.id FROM public.sync_runs AS r CROSS JOIN unnest($2::text[]) AS g (id)
        WHERE r.org_id = $1 AND r.sync_id = $3 ON CONFLICT DO NOTHING RETURNING sync_id`,
      `INSERT INTO app.local (org_id) SELECT $1`,
    ],
  },
  {
    rule: 'returning-mutable',
    refused: [
      `UPDATE public.sync_progress s SET processed_count = $3 WHERE s.org_id = $1 AND s.sync_id = $2 RETURNING row_to_json(s)::text`,
      `UPDATE public.sync_runs SET state = $3 WHERE org_id = $1 AND sync_id = $2 RETURNING due_at::text`,
      `DELETE FROM public.sync_runs WHERE org_id = $1 RETURNING created_at > now() AS is_new`,
    ],
    taken: [
      `WITH done AS (UPDATE public.sync_progress s SET processed_count = $3 WHERE s.org_id = $1 AND s.sync_id = $2 RETURNING s.*) SELECT row_to_json(done)::text FROM done`,
      `UPDATE public.sync_runs SET state = $3 WHERE org_id = $1 AND sync_id = $2 RETURNING sync_id, state = 'ended' AS is_over`,
    ],
  },
  {
    rule: 'ctid',
    refused: [
      `DELETE FROM public.sync_seen WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.sync_seen WHERE due_at <= now() LIMIT 10))`,
    ],
    taken: [
      `DELETE FROM public.sync_seen s WHERE (s.org_id, s.sync_id) IN (SELECT o.org_id, o.sync_id FROM public.sync_seen o WHERE o.due_at <= now() LIMIT 10)`,
    ],
  },
  {
    rule: 'set-config',
    refused: [`SELECT set_config('app.current_org_id', $1, true)`],
    taken: [`SELECT set_config('app.presented_key', $1, true)`, `SET LOCAL app.current_org_id = 'a'`],
  },
  {
    rule: 'merge',
    refused: [
      `MERGE INTO public.sync_seen s USING (SELECT unnest($2::text[]) AS id) g ON s.org_id = $1 AND s.sync_id = g.id WHEN NOT MATCHED THEN DO NOTHING`,
    ],
    taken: [`MERGE INTO app.local s USING (SELECT 1 AS id) g ON s.id = g.id WHEN NOT MATCHED THEN DO NOTHING`],
  },
  {
    rule: 'insert-subselect',
    refused: [
      `INSERT INTO public.sync_seen (org_id, sync_id) VALUES ($1, (SELECT r.sync_id FROM public.sync_runs r WHERE r.org_id = $1))`,
      `INSERT INTO public.sync_seen (org_id, sync_id) VALUES ($1, $2) RETURNING (SELECT count(*) FROM public.sync_runs r WHERE r.org_id = $1)`,
    ],
    taken: [`INSERT INTO public.sync_seen (org_id, sync_id) VALUES ($1, gen_random_uuid()) RETURNING sync_id`],
  },
  {
    rule: 'update-volatile',
    refused: [`UPDATE public.sync_erasures SET turn_at = clock_timestamp() WHERE org_id = $1 AND id = $2`],
    taken: [`UPDATE public.sync_erasures SET turn_at = now() WHERE org_id = $1 AND id = $2`],
  },
  {
    rule: 'stable-of-column',
    refused: [
      `UPDATE public.sync_runs SET label = to_jsonb(label)::text WHERE org_id = $1`,
      `DELETE FROM public.sync_runs WHERE org_id = $1 AND created_at + make_interval(days => 1) < now()`,
    ],
    taken: [
      `UPDATE public.sync_runs SET label = to_jsonb($2)::text WHERE org_id = $1`,
      `DELETE FROM public.sync_runs WHERE org_id = $1 AND created_at < now() - make_interval(days => 1)`,
    ],
  },
  {
    rule: 'mutable-branch',
    refused: [
      `UPDATE public.sync_runs SET started_at = CASE WHEN lease_epoch = 0 THEN now() ELSE started_at END WHERE org_id = $1`,
      `UPDATE public.sync_runs SET open_since = coalesce(open_since, now()) WHERE org_id = $1`,
    ],
    taken: [`UPDATE public.sync_runs SET open_since = coalesce(open_since, $2) WHERE org_id = $1`],
  },
  {
    rule: 'conflict-mutable',
    refused: [
      `INSERT INTO public.sync_turns AS t (org_id) VALUES ($1) ON CONFLICT (org_id) DO UPDATE SET due_at = least(t.due_at, now())`,
    ],
    taken: [
      `INSERT INTO public.sync_turns AS t (org_id, due_at) VALUES ($1, now()) ON CONFLICT (org_id) DO UPDATE SET due_at = EXCLUDED.due_at`,
    ],
  },
  {
    rule: 'moves-organization',
    refused: [`UPDATE public.sync_runs SET org_id = $2 WHERE org_id = $1`],
    taken: [`UPDATE public.sync_runs SET state = $2 WHERE org_id = $1`],
  },
  {
    rule: 'locks-many',
    refused: [
      `WITH chosen AS (SELECT e.org_id, e.id FROM public.sync_erasures e WHERE e.state = 'running' LIMIT 1 FOR UPDATE SKIP LOCKED) SELECT * FROM chosen`,
    ],
    taken: [
      `SELECT e.id FROM public.sync_erasures e WHERE e.org_id = $1 AND e.state = 'running' FOR UPDATE SKIP LOCKED`,
      `SELECT r.sync_id FROM public.sync_runs r JOIN public.sync_progress p ON p.org_id = r.org_id AND p.sync_id = r.sync_id WHERE r.org_id = $1 FOR UPDATE`,
      `SELECT r.sync_id FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id) WHERE r.org_id = $1 FOR UPDATE`,
    ],
  },
  {
    rule: 'recursive-many',
    refused: [
      `WITH RECURSIVE orgs AS ((SELECT u.org_id FROM public.sync_runs u ORDER BY 1 LIMIT 1) UNION ALL
         SELECT (SELECT u.org_id FROM public.sync_runs u WHERE u.org_id > o.org_id ORDER BY 1 LIMIT 1) FROM orgs o WHERE o.org_id IS NOT NULL) SELECT * FROM orgs`,
    ],
    taken: [
      `WITH RECURSIVE chain AS (SELECT r.sync_id FROM public.sync_runs r WHERE r.org_id = $1 UNION
         SELECT r.sync_id FROM chain c JOIN public.sync_runs r ON r.org_id = $1 AND r.of_sync_id = c.sync_id) SELECT * FROM chain`,
    ],
  },
  {
    rule: 'lateral-many',
    refused: [
      `SELECT e.* FROM (VALUES (1)) o CROSS JOIN LATERAL (SELECT u.org_id FROM public.sync_runs u ORDER BY u.created_at LIMIT 1) AS e`,
    ],
    taken: [
      `SELECT e.* FROM (VALUES (1)) o CROSS JOIN LATERAL (SELECT u.sync_id FROM public.sync_runs u WHERE u.org_id = $1 ORDER BY u.created_at LIMIT 1) AS e`,
    ],
  },
  {
    rule: 'modifies-with-local',
    refused: [
      `DELETE FROM public.sync_runs r USING auth.users_extended u WHERE r.org_id = $1 AND u.org_id = r.org_id AND u.id = r.requested_by`,
    ],
    taken: [
      `DELETE FROM public.sync_runs r USING public.sync_progress p WHERE r.org_id = $1 AND p.org_id = r.org_id AND p.sync_id = r.sync_id`,
    ],
  },
  {
    rule: 'shell-size',
    refused: [`SELECT pg_relation_size('public.sync_changes_00')`],
    taken: [`SELECT count(*) FROM public.sync_runs WHERE org_id = $1`],
  },
];

it('every rule has its case', () => {
  expect(CASES.map(({ rule }) => rule).sort()).toEqual(Object.keys(STATEMENT_RULES).sort());
});

describe.each(CASES)('$rule', ({ rule, refused, taken }) => {
  it.each(refused)('is named for %s', (text) => {
    expect(rulesOf(text)).toContain(rule);
  });
  it.each(taken)('is not for %s', (text) => {
    expect(rulesOf(text)).toEqual([]);
  });
});

it('a variable of a function is known, and a column of another table is not', () => {
  expect(rulesOf('SELECT FROM public.sync_runs r WHERE r.org_id = org FOR UPDATE', ['org'])).toEqual([]);
  expect(rulesOf('SELECT FROM public.sync_runs r WHERE r.org_id = NEW.org_id FOR UPDATE', ['new'])).toEqual([]);
  expect(rulesOf('SELECT FROM public.sync_runs r, app.local l WHERE r.org_id = l.name FOR UPDATE')).toEqual([
    'locks-many',
  ]);
});

it('the statements of a function are found in conditions, loops, assignments and texts for EXECUTE', () => {
  const body = `
    DECLARE
      found integer := (SELECT count(*) FROM public.sync_runs);
      given app.report[];
    BEGIN
      IF EXISTS (SELECT FROM public.sync_progress) THEN
        found := (SELECT 1 FROM public.sync_seen);
      END IF;
      FOR found IN SELECT 1 FROM public.sync_turns LOOP
        EXECUTE format('DELETE FROM public.%I WHERE org_id = %L', 'sync_signals', org);
      END LOOP;
      RETURN QUERY SELECT 1 FROM public.sync_erasures;
    END`;
  const statements = statementsOfFunction({
    name: 'app.example',
    language: 'plpgsql',
    definition: `CREATE FUNCTION app.example(org text) RETURNS SETOF integer LANGUAGE plpgsql AS $$${body}$$`,
    body,
    names: ['org'],
  });
  const text = JSON.stringify(statements.map(({ statement }) => statement));
  for (const table of ['runs', 'progress', 'seen', 'turns', 'erasures']) expect(text).toContain(`"sync_${table}"`);
  expect(text).toContain('DeleteStmt');
  expect([...(statements[0]?.variables ?? [])]).toEqual(expect.arrayContaining(['org', 'found', 'given']));
});

import { readFileSync } from 'node:fs';
import { parser } from '@prometheus-io/lezer-promql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startTestService, type TestService } from '../support/test-service.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

const rules: Rule[] = parse(readFileSync('ops/prometheus/alerts.yml', 'utf8')).groups.flatMap(
  (group: { rules: Rule[] }) => group.rules,
);
const dashboard = JSON.parse(readFileSync('ops/grafana/sync-operations.json', 'utf8'));
const targets: { readonly expr: string }[] = dashboard.panels.flatMap(
  ({ targets = [] }: { targets?: { expr: string }[] }) => targets,
);
/** What Grafana puts in its place before it asks. */
const asked = (expr: string) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.+');
const expressions = [...rules.map(({ expr }) => expr), ...targets.map(({ expr }) => asked(expr))];

/** The metrics that an expression names, and where its syntax is wrong. */
function read(expr: string): { readonly metrics: string[]; readonly errors: string[] } {
  const metrics: string[] = [];
  const errors: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      if (type.isError) errors.push(`at ${from} of ${expr}`);
      if (type.name === 'Identifier' && !/^\s*\(/.test(expr.slice(to))) metrics.push(expr.slice(from, to));
    },
  });
  return { metrics, errors };
}

let service: TestService;
let exported: Map<string, string>;
beforeAll(async () => {
  service = await startTestService({ SYNC_METRICS_CONNECTIONS: 'true' });
  const text = await (await fetch(`${service.url}/metrics`)).text();
  exported = new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name as string, type as string]),
  );
});
afterAll(() => service.close());

/** A histogram is asked for by the names of its three kinds of series. */
const isExported = (name: string) =>
  exported.has(name) || exported.get(name.replace(/_(bucket|sum|count)$/, '')) === 'histogram';

describe('The alert rules and the dashboard in ops/', () => {
  it('are PromQL', () => {
    expect(expressions.length).toBeGreaterThan(30);
    expect(expressions.flatMap((expr) => read(expr).errors)).toEqual([]);
    expect(read('sum(rate(').errors).not.toEqual([]);
  });

  it('name only metrics that the service has', () => {
    const named = new Set(expressions.flatMap((expr) => read(expr).metrics));
    expect(named.size).toBeGreaterThan(20);
    expect([...named].filter((name) => !isExported(name))).toEqual([]);
  });

  it('name every metric of the service but the building blocks of others', () => {
    const shown = new Set(expressions.flatMap((expr) => read(expr).metrics));
    const ours = [...exported.keys()].filter((name) => name.startsWith('sync_'));
    const isShown = (name: string) => ['', '_bucket', '_sum', '_count'].some((end) => shown.has(name + end));
    expect(ours.filter((name) => !isShown(name)).sort()).toEqual([
      'sync_alert_ends_total',
      'sync_alert_last_evaluation_timestamp_seconds',
      'sync_alert_messages_total',
      'sync_db_share_organizations',
      'sync_reports_waiting',
      'sync_runs_active',
      'sync_stream_poll_duration_seconds',
      'sync_stream_polls_total',
      'sync_stream_viewers_ended_total',
      'sync_task_changed_total',
      'sync_task_duration_seconds',
      'sync_transaction_wait_seconds_total',
      'sync_webhook_attempt_seconds',
    ]);
  });

  it('have rules with a severity, a sentence and what to do, each of its own name', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations, for: held } of rules) {
      expect(alert).toMatch(/^SyncOperations[A-Z]\w+$/);
      expect(['page', 'ticket']).toContain(labels.severity);
      expect(annotations.summary.length * annotations.action.length).toBeGreaterThan(0);
      if (held !== undefined) expect(held).toMatch(/^\d+m$/);
    }
  });

  it('have panels that do not overlap and an id each', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }: { id: number }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }: { gridPos: Record<'x' | 'y' | 'w' | 'h', number> }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});

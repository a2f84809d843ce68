import { describe, expect, it } from 'vitest';
import { type ConfigDocument, parseCredentials, parseDocument, printDocument } from './config.document.ts';
import { type CurrentConfig, planAsText, planConfig } from './config.plan.ts';

const document: ConfigDocument = {
  version: 1,
  connections: [
    { name: 'Shop', system: 'woocommerce', base_url: 'https://shop.example', settings: { a: 1, b: [1, 2] } },
  ],
  schedules: [
    { source: 'Shop', destination: 'records', entity_type: 'order', kind: 'sync', mode: 'full', cron: '0 1 * * *' },
    { source: 'Shop', destination: 'records', entity_type: 'order', kind: 'sync', mode: 'full', cron: '0 2 * * *' },
  ],
  alert_rules: [{ name: 'Failed', kind: 'failed', connection: 'Shop', endpoint_ids: [] }],
};
const current = ({ connections, schedules, alert_rules }: ConfigDocument): CurrentConfig => ({
  connections: connections.map((entry, id) => ({ ...entry, id: `c${id}` })),
  schedules: schedules.map((entry, id) => ({ ...entry, id: `s${id}` })),
  alert_rules: alert_rules.map((entry, id) => ({ ...entry, id: `a${id}` })),
});
const NOTHING: CurrentConfig = { connections: [], schedules: [], alert_rules: [] };

describe('The plan', () => {
  it('of what there is already is empty, and of nothing creates all, connections first', () => {
    expect(planConfig(document, current(document))).toEqual({ changes: [], unnamed: [] });
    const { changes } = planConfig(document, NOTHING);
    expect(changes.map(({ action, kind }) => `${action} ${kind}`)).toEqual([
      ...['create connections', 'create schedules', 'create schedules', 'create alert_rules'],
    ]);
  });

  it('leaves alone what the document leaves out, takes null for what is not set, and compares objects as they are', () => {
    const before = current(document);
    const [rule] = before.alert_rules;
    const unset = {
      ...before,
      alert_rules: [{ ...rule, seconds: null, enabled: false } as (typeof before.alert_rules)[0]],
    };
    expect(planConfig(document, unset).changes).toEqual([]);
    const [shop] = document.connections;
    const reordered = {
      ...document,
      connections: [{ ...shop, settings: { b: [1, 2], a: 1 } } as typeof shop & object],
    };
    expect(planConfig(reordered, before).changes).toEqual([]);
  });

  it('pairs schedules that look alike in their order, so that one more is one more', () => {
    const one = { ...document, schedules: document.schedules.slice(0, 1) };
    expect(planConfig(document, current(one)).changes).toMatchObject([{ action: 'create', kind: 'schedules' }]);
  });

  it('removes only when asked to, and never a connection', () => {
    const empty: ConfigDocument = { version: 1, connections: [], schedules: [], alert_rules: [] };
    expect(planConfig(empty, current(document)).changes).toEqual([]);
    const { changes, unnamed } = planConfig(empty, current(document), { prune: true });
    expect(changes.map(({ action, id }) => `${action} ${id}`)).toEqual(['remove s0', 'remove s1', 'remove a0']);
    expect(unnamed).toEqual([{ kind: 'connections', name: 'Shop' }]);
    expect(planAsText({ changes: [], unnamed })).toBe('Nothing to change.\nnot in the file, stays: connection Shop');
  });
});

it('a document is read back as it was printed', () => {
  expect(parseDocument(printDocument(document))).toEqual(document);
});

it.each([
  ['version: 2', /^The file is wrong at version: /],
  [
    'version: 1\nconnections: [{ name: Shop, system: csv, base_url: x, credentials: { a: b } }]',
    /at connections\.0: .*credentials/,
  ],
  ['{', /^The file is no YAML: /],
])('a wrong document, %j, is refused with its place', (yaml, sentence) => {
  expect(() => parseDocument(yaml)).toThrow(sentence);
});

it('credentials are told by the name of their connection', () => {
  expect(parseCredentials('Main shop:\n  api_key: x')).toEqual({ 'Main shop': { api_key: 'x' } });
  expect(() => parseCredentials('Main shop: x')).toThrow('The file is wrong at Main shop');
});

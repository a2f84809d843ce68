import { describe, expect, it } from 'vitest';
import type { CanonicalCustomer } from '../connectors/canonical/canonical.types.ts';
import type { Match } from '../connectors/contract/connector.types.ts';
import { contentHash } from './field.diff.ts';
import type { Binding } from './plan.types.ts';
import { type InheritedWrite, openWritesOf, writtenByEarlierWorker } from './planned.outcome.ts';
import type { PlannedItem } from './planning.types.ts';

const data = { email: 'ada@example.com', name: 'Ada' } as CanonicalCustomer;
const entry: Match = { external_id: '7', data };
const UNCHANGED: PlannedItem['plan'] = { kind: 'unchanged', destination: entry };
const UPDATE: PlannedItem['plan'] = {
  kind: 'update',
  destination: entry,
  data,
  fields: [],
  pending: { fields: new Set(), agreed: data },
};
const item = (part: Partial<PlannedItem> = {}): PlannedItem => ({
  ...{ work: { item: { external_id: '1', data } }, plan: UNCHANGED, binding: null, target: data, before: null },
  ...{ key: 'k', fingerprint: null, claims: [], ...part },
});
const open = (part: Partial<InheritedWrite> = {}): InheritedWrite => ({
  ...{ external_id: '1', kind: 'create', source_hash: contentHash(data), isOwn: true, ...part },
});
const matchedBy = (marked: boolean) => [
  { entry: { ...entry, marked }, strength: 'strong' as const, by: ['mark' as const], nameless: false },
];
const binding = (part: Partial<Binding>) =>
  ({ source_id: '1', destination_id: '7', put_away: false, ...part }) as Binding;

const written = (one: PlannedItem, write: InheritedWrite | undefined) => writtenByEarlierWorker(one, write, true);

describe('What a worker that died had sent', () => {
  it('is the change of the run when the destination has it', () => {
    expect(written(item(), open())).toBe('create');
    expect(written(item({ binding: binding({ source_hash: 'old' }) }), open({ kind: 'update' }))).toBe('update');
  });

  it('is not when nothing was sent, the source has changed since, or it is still to be written', () => {
    expect(written(item(), undefined)).toBeUndefined();
    expect(written(item(), open({ source_hash: 'other' }))).toBeUndefined();
    expect(written(item({ plan: { kind: 'create', data } }), open())).toBeUndefined();
  });

  it('is not counted twice when its batch was stored', () => {
    const stored = item({ binding: binding({ source_hash: contentHash(data) }) });
    expect(written(stored, open({ kind: 'update' }))).toBeUndefined();
    const gone = { item: { external_id: '1', data: null, deleted: true } };
    const removal = open({ kind: 'delete', source_hash: null });
    expect(written(item({ work: gone, binding: binding({}) }), removal)).toBe('delete');
    expect(written(item({ work: gone, binding: binding({ put_away: true }) }), removal)).toBeUndefined();
    expect(written(item({ work: gone }), removal)).toBeUndefined();
  });

  it('is an entry with other values only when our mark is in it', () => {
    expect(written(item({ plan: UPDATE, matches: matchedBy(true) }), open())).toBe('create');
    expect(written(item({ plan: UPDATE, matches: matchedBy(false) }), open())).toBeUndefined();
  });

  it('of another run is an entry with equal values only when our mark is in it', () => {
    expect(written(item({ matches: matchedBy(true) }), open({ isOwn: false }))).toBe('create');
    expect(written(item({ matches: matchedBy(false) }), open({ isOwn: false }))).toBeUndefined();
  });

  it('stays known while what is left of it is sent', () => {
    const done = { ...item(), intended: 'create' as const };
    const left = item({ plan: { kind: 'create', data }, work: { item: { external_id: '2', data } } });
    const other = item({ work: { item: { external_id: '3', data } } });
    expect(openWritesOf([done, left, other])).toEqual(
      ['1', '2'].map((external_id) => ({ external_id, kind: 'create', source_hash: contentHash(data) })),
    );
  });
});

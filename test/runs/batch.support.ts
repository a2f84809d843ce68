import type { ItemOutcome } from '../../src/planning/planning.types.ts';
import type { StoredBinding } from '../../src/records/binding.changes.ts';
import type { RecordChange } from '../../src/runs/run.types.ts';

let orgs = 0;
export const newOrg = () => {
  orgs += 1;
  return `org-${orgs}`;
};

export const done = (external_id: string): ItemOutcome => ({ external_id, outcome: 'processed' });
export const failed = (external_id: string, error_class = 'bad'): ItemOutcome => ({
  external_id,
  outcome: 'failed',
  error_class,
  message: 'm',
});
export const record = (external_id: string, hash = 'h'): RecordChange => ({
  external_id,
  data: { name: hash },
  hash,
  deleted: false,
});
export const bound = (id_a: string, id_b: string): StoredBinding => ({
  ...{ id_a, id_b, hash_a: 'a', hash_b: 'b' },
  ...{ data_a: {}, data_b: {} },
});

/** A batch that has a value for every field. */
export const FULL_BATCH = {
  items: [done('1'), failed('2')],
  records: [record('1')],
  system_a: '00000000-0000-4000-8000-000000000001',
  system_b: '00000000-0000-4000-8000-000000000002',
  bindings: [bound('1', 'x')],
  checkpoint: { phase: 'pages' as const, cursor: { page: 2 } },
  watermark: { at: 1 },
  total: 10,
};

import { sealEntries } from '../../../src/activity/sealing/seal.sql.ts';
import { type InterleavingSpec, step, stepWithRow } from '../interleaving.spec.ts';
import { reported } from './scenes.ts';
import { report } from './statements.ts';

const seen = `SELECT format('%s entries, %s in seals', (SELECT count(*) FROM public.sync_activity_log l WHERE l.org_id = $1),
                (SELECT coalesce(sum(cardinality(s.entry_ids)), 0) FROM public.sync_activity_seals s WHERE s.org_id = $1 AND $2 <> '')) AS seen`;
const append = stepWithRow(
  ({ org }) => ({
    text: 'SELECT FROM app.append_activity($1, $2)',
    values: [
      org,
      JSON.stringify([{ entity_type: 'customer', activity_type: 'note', status: 'completed', user_id: 'u' }]),
    ],
  }),
  'written',
  'lost',
);
const seal = step(({ org }) => sealEntries(org), 'sealed');

export const SEAL_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'two writers of entries, one of them the end of a sync, and a seal',
    setUp: reported,
    sessions: { a: [append, 'commit'], b: [report({ status: 'failed' }), 'commit'], c: [seal, 'commit'] },
    seen,
    outcomes: [
      'a written | b reported | c 0 => 2 entries, 0 in seals',
      'a written | b reported | c 1 => 2 entries, 1 in seals',
      'a written | b reported | c 2 => 2 entries, 2 in seals',
    ],
  },
  {
    name: 'a writer of two entries, and two seals one after another',
    setUp: reported,
    sessions: { a: [append, 'commit', append, 'commit'], b: [seal, 'commit', seal, 'commit'] },
    seen,
    outcomes: [
      'a written, written | b 0, 0 => 2 entries, 0 in seals',
      'a written, written | b 0, 1 => 2 entries, 1 in seals',
      'a written, written | b 0, 2 => 2 entries, 2 in seals',
      'a written, written | b 1, 0 => 2 entries, 1 in seals',
      'a written, written | b 1, 1 => 2 entries, 2 in seals',
      'a written, written | b 2, 0 => 2 entries, 2 in seals',
    ],
  },
  {
    name: 'two seals at once, and a writer',
    setUp: reported,
    sessions: { a: [append, 'commit'], b: [seal, 'commit'], c: [seal, 'commit'] },
    seen,
    outcomes: [
      'a written | b 0 | c 0 => 1 entries, 0 in seals',
      'a written | b 0 | c 1 => 1 entries, 1 in seals',
      'a written | b 1 | c 0 => 1 entries, 1 in seals',
    ],
  },
];

import { type InterleavingSpec, stepWithRow } from '../interleaving.spec.ts';
import { expired, held } from './scenes.ts';
import { commitItems, control, take } from './statements.ts';

const seen = `SELECT format('%s, run %s, %s counted', p.status, r.state, p.processed_count) AS seen
                FROM public.sync_progress p JOIN public.sync_runs r USING (org_id, sync_id) WHERE p.org_id = $1 AND p.sync_id = $2`;
const endByPlainSql = stepWithRow(
  ({ org, sync }) => ({
    text: `UPDATE public.sync_progress SET status = 'failed' WHERE org_id = $1 AND sync_id = $2 AND completed_at IS NULL RETURNING 1`,
    values: [org, sync],
  }),
  'failed',
  'ended before',
);

export const COMMIT_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'the batch of an old epoch, a worker that takes the run, and the batch of its epoch, of the same item',
    setUp: expired,
    sessions: {
      a: [commitItems(['1', '2']), 'commit'],
      b: [take('b'), 'commit', commitItems(['2', '3'], {}, 1), 'commit'],
    },
    seen,
    outcomes: [
      'a continue | b not taken, fenced => running, run ready, 2 counted',
      'a fenced | b taken, continue => running, run ready, 2 counted',
    ],
  },
  {
    name: 'one batch that is sent twice, and a cancel',
    setUp: held,
    sessions: {
      a: [commitItems(['1', '2']), 'commit'],
      b: [commitItems(['1', '2']), 'commit'],
      c: [control('cancel'), 'commit'],
    },
    seen,
    outcomes: [
      'a continue | b continue | c true => running, run ready, 2 counted',
      'a continue | b ended | c true => cancelled, run ended, 2 counted',
      'a ended | b continue | c true => cancelled, run ended, 2 counted',
      'a ended | b fenced | c true => cancelled, run ended, 2 counted',
      'a fenced | b ended | c true => cancelled, run ended, 2 counted',
    ],
  },
  {
    name: 'the last batch of a run, its end by plain SQL, and a pause',
    setUp: held,
    sessions: {
      a: [commitItems(['1'], { final: { status: 'completed' } }), 'commit'],
      b: [endByPlainSql, 'commit'],
      c: [control('pause'), 'commit'],
    },
    seen,
    outcomes: [
      'a ended | b failed | c false => failed, run ended, 0 counted',
      'a ended | b failed | c true => failed, run ended, 0 counted',
      'a finished | b ended before | c false => completed, run ended, 1 counted',
      'a finished | b ended before | c true => completed, run ended, 1 counted',
    ],
  },
];

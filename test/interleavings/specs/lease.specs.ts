import type { InterleavingSpec } from '../interleaving.spec.ts';
import { expired, queued } from './scenes.ts';
import { commitItems, release, renew, take } from './statements.ts';

const seen = `SELECT format('epoch %s of %s, %s counted', r.lease_epoch, coalesce(r.leased_by, 'nobody'), p.processed_count) AS seen
                FROM public.sync_progress p JOIN public.sync_runs r USING (org_id, sync_id) WHERE p.org_id = $1 AND p.sync_id = $2`;

export const LEASE_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'three workers that would have one run',
    setUp: queued,
    sessions: { a: [take('a'), 'commit'], b: [take('b'), 'commit'], c: [take('c'), 'commit'] },
    seen,
    outcomes: [
      'a not taken | b not taken | c taken => epoch 1 of c, 0 counted',
      'a not taken | b taken | c not taken => epoch 1 of b, 0 counted',
      'a taken | b not taken | c not taken => epoch 1 of a, 0 counted',
    ],
  },
  {
    name: 'a worker whose lease has run out and that commits, another that takes the run, and the heartbeat of the first',
    setUp: expired,
    sessions: { a: [commitItems(['1']), 'commit'], b: [take('b'), 'commit'], c: [renew, 'commit'] },
    seen,
    outcomes: [
      'a continue | b not taken | c continue => epoch 1 of w, 1 counted',
      'a fenced | b taken | c fenced => epoch 2 of b, 0 counted',
    ],
  },
  {
    name: 'a worker that releases its run, another that takes it, and the last batch of the first',
    setUp: expired,
    sessions: { a: [release, 'commit'], b: [take('b'), 'commit'], c: [commitItems(['1']), 'commit'] },
    seen,
    outcomes: [
      'a false | b taken | c fenced => epoch 2 of b, 0 counted',
      'a true | b not taken | c continue => epoch 1 of nobody, 1 counted',
      'a true | b taken | c continue => epoch 2 of b, 1 counted',
      'a true | b taken | c fenced => epoch 2 of b, 0 counted',
    ],
  },
];

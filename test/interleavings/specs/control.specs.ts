import { cancelPausedRun, cancelRunsOf, endCancelledRuns, unpauseRun } from '../../../src/runs/runs.sql.ts';
import { type InterleavingSpec, stepWithRow } from '../interleaving.spec.ts';
import { held, paused, queued, reported } from './scenes.ts';
import { commitItems, control, report, take } from './statements.ts';

const seen = `SELECT format('%s%s%s %s', p.status, CASE WHEN p.cancel_requested THEN ' cancel' END,
                CASE WHEN p.pause_requested THEN ' pause' END, coalesce('run ' || r.state, 'no run')) AS seen
                FROM public.sync_progress p LEFT JOIN public.sync_runs r USING (org_id, sync_id)
               WHERE p.org_id = $1 AND p.sync_id = $2`;
const unpause = stepWithRow(({ org, sync }) => unpauseRun(org, sync), 'unpaused', 'not paused');
const cancelPaused = stepWithRow(({ org, sync }) => cancelPausedRun(org, sync), 'ended', 'not paused');
const cancelOfConnection = stepWithRow(
  ({ org, connection }) => cancelRunsOf(org, connection, 'operator'),
  'cancelled',
  'none',
);
const endOfCancelled = stepWithRow(
  ({ org }, before) =>
    endCancelledRuns(
      org,
      (before as { sync_id: string; is_over: boolean }[])
        .filter(({ is_over }) => is_over)
        .map(({ sync_id }) => sync_id),
    ),
  '',
  'done',
);

export const CONTROL_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'a pause, a resume and a cancel of a sync',
    setUp: reported,
    sessions: { a: [control('pause'), 'commit'], b: [control('resume'), 'commit'], c: [control('cancel'), 'commit'] },
    seen,
    outcomes: [
      'a true | b true | c true => running cancel no run',
      'a true | b true | c true => running cancel pause no run',
    ],
  },
  {
    name: 'a pause, its confirmation by the reporter, and a resume',
    setUp: reported,
    sessions: {
      a: [control('pause'), 'commit'],
      b: [report({ status: 'paused' }), 'commit'],
      c: [control('resume'), 'commit'],
    },
    seen,
    outcomes: [
      'a true | b locked | c true => running no run',
      'a true | b locked | c true => running pause no run',
      'a true | b reported | c true => paused no run',
      'a true | b reported | c true => paused pause no run',
      'a true | b reported | c true => running no run',
      'a true | b reported | c true => running pause no run',
    ],
  },
  {
    name: 'a pause and a cancel of a run, and the batch of its worker',
    setUp: held,
    sessions: {
      a: [control('pause'), 'commit'],
      b: [commitItems(['1']), 'commit'],
      c: [control('cancel'), cancelPaused, 'commit'],
    },
    seen,
    outcomes: [
      'a false | b ended | c true, not paused => cancelled cancel run ended',
      'a true | b continue | c true, not paused => running cancel pause run ready',
      'a true | b ended | c true, not paused => cancelled cancel pause run ended',
      'a true | b paused | c true, ended => cancelled cancel pause run ended',
    ],
  },
  {
    name: 'a resume and a cancel of a paused run, and a worker that would have it',
    setUp: paused,
    sessions: {
      a: [control('resume'), unpause, 'commit'],
      b: [control('cancel'), cancelPaused, 'commit'],
      c: [take('w'), 'commit'],
    },
    seen,
    outcomes: [
      'a false, not paused | b true, ended | c not taken => cancelled cancel pause run ended',
      'a true, unpaused | b true, not paused | c not taken => running cancel run ready',
      'a true, unpaused | b true, not paused | c taken => running cancel run ready',
    ],
  },
  {
    name: 'the removal of the connection of a run that waits for a worker, and two workers',
    setUp: queued,
    sessions: {
      a: [cancelOfConnection, endOfCancelled, 'commit'],
      b: [take('w'), 'commit'],
      c: [take('v'), 'commit'],
    },
    seen,
    outcomes: [
      'a cancelled, done | b not taken | c not taken => cancelled cancel run ended',
      'a cancelled, done | b not taken | c taken => running cancel run ready',
      'a cancelled, done | b taken | c not taken => running cancel run ready',
    ],
  },
];

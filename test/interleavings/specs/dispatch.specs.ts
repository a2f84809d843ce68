import { cancelPausedRun, insertRun } from '../../../src/runs/runs.sql.ts';
import { keepSlots } from '../../../src/runs/worker/lease.sql.ts';
import { type InterleavingSpec, step, stepWithRow } from '../interleaving.spec.ts';
import { heldWithoutSlot, twoWaiting, unapproved } from './scenes.ts';
import { control } from './statements.ts';

const seen = `SELECT string_agg(format('%s %s (%s)', r.sync_id, r.state, p.status), ', ' ORDER BY r.created_at, r.sync_id) AS seen
                FROM public.sync_progress p JOIN public.sync_runs r USING (org_id, sync_id) WHERE p.org_id = $1 AND $2 <> ''`;
const dispatch = step(
  ({ org }) => ({
    text: `SELECT coalesce(string_agg(sync_id, '+' ORDER BY sync_id), 'nothing') AS ready FROM app.dispatch_runs($1)`,
    values: [org],
  }),
  'ready',
);
const another = stepWithRow(
  ({ org, connection }) =>
    insertRun(org, {
      ...{ sync_id: 'youngest', kind: 'sync', source_connection_id: connection, destination_connection_id: null },
      ...{ entity_type: 'customer', mode: 'full', filters: {}, of_sync_id: null, override_reason: null },
      ...{ trigger: 'request', requested_by: 'u', source_system: 'fake' },
    }),
  '',
  'stored',
);
const cancelUnapproved = stepWithRow(({ org, sync }) => cancelPausedRun(org, sync), 'ended', 'not waiting');
const keep = step(({ org, sync, epoch }) => keepSlots(org, sync, epoch), 'kept');

export const DISPATCH_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'two dispatches, and another run for the same slot',
    setUp: twoWaiting,
    sessions: { a: [dispatch, 'commit'], b: [dispatch, 'commit'], c: [another, dispatch, 'commit'] },
    seen,
    outcomes: [
      'a nothing | b nothing | c stored, older => older ready (queued), younger waiting (queued), youngest waiting (queued)',
      'a nothing | b older | c stored, nothing => older ready (queued), younger waiting (queued), youngest waiting (queued)',
      'a older | b nothing | c stored, nothing => older ready (queued), younger waiting (queued), youngest waiting (queued)',
    ],
  },
  {
    name: 'a cancel of the oldest run with the dispatch that belongs to it, and another dispatch',
    setUp: twoWaiting,
    sessions: { a: [control('cancel'), dispatch, 'commit'], b: [dispatch, 'commit'] },
    seen,
    outcomes: [
      'a true, younger | b nothing => older ended (cancelled), younger ready (queued)',
      'a true, younger | b older => older ready (cancelled), younger ready (queued)',
    ],
  },
  {
    name: 'a run that finds its slots taken, a cancel of it, and a dispatch',
    setUp: heldWithoutSlot,
    sessions: { a: [keep, 'commit'], b: [control('cancel'), dispatch, 'commit'], c: [dispatch, 'commit'] },
    seen,
    outcomes: [
      'a false | b true, nothing | c nothing => sync ended (cancelled), other ready (queued)',
      'a false | b true, nothing | c nothing => sync waiting (queued), other ready (queued)',
    ],
  },
  {
    name: 'a run that nobody approved in time, a cancel of it, and a dispatch',
    setUp: unapproved,
    sessions: { a: [control('cancel'), cancelUnapproved, dispatch, 'commit'], b: [dispatch, 'commit'] },
    seen,
    outcomes: [
      'a false, not waiting, nothing | b nothing => sync ended (cancelled)',
      'a true, not waiting, nothing | b nothing => sync ended (cancelled)',
    ],
  },
];

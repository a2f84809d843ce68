import type { InterleavingSpec } from '../interleaving.spec.ts';
import { reported } from './scenes.ts';
import { control, report, reportThatWaits } from './statements.ts';

const seen = `SELECT format('%s %s of %s', status, processed_count, total_items) AS seen
                FROM public.sync_progress WHERE org_id = $1 AND sync_id = $2`;

export const REPORT_SPECS: readonly InterleavingSpec[] = [
  {
    name: 'two workers report parts of one sync, and a third ends it',
    setUp: reported,
    sessions: {
      a: [report({ worker: 'a', processed_count: 4 }), 'commit'],
      b: [report({ worker: 'b', processed_count: 3 }), 'commit'],
      c: [report({ status: 'completed' }), 'commit'],
    },
    seen,
    outcomes: [
      'a ended | b ended | c reported => completed 1 of 10',
      'a ended | b locked | c reported => completed 1 of 10',
      'a ended | b reported | c reported => completed 4 of 10',
      'a locked | b ended | c reported => completed 1 of 10',
      'a locked | b locked | c reported => completed 1 of 10',
      'a locked | b reported | c locked => running 4 of 10',
      'a locked | b reported | c reported => completed 4 of 10',
      'a reported | b ended | c reported => completed 5 of 10',
      'a reported | b locked | c locked => running 5 of 10',
      'a reported | b locked | c reported => completed 5 of 10',
      'a reported | b reported | c locked => running 8 of 10',
      'a reported | b reported | c reported => completed 8 of 10',
    ],
  },
  {
    name: 'a report of a worker that waits for the row, one that does not, and a cancel',
    setUp: reported,
    sessions: {
      a: [reportThatWaits({ worker: 'a', processed_count: 4 }), 'commit'],
      b: [report({ processed_count: 6, status: 'failed' }), 'commit'],
      c: [control('cancel'), 'commit'],
    },
    seen,
    outcomes: [
      'a ended | b reported | c false => failed 6 of 10',
      'a ended | b reported | c true => failed 6 of 10',
      'a reported | b locked | c true => running 5 of 10',
      'a reported | b reported | c false => failed 6 of 10',
      'a reported | b reported | c true => failed 6 of 10',
    ],
  },
  {
    name: 'one report that is sent twice, and the one after it, each waiting for the row',
    setUp: reported,
    sessions: {
      a: [reportThatWaits({ worker: 'a', processed_count: 4 }), 'commit'],
      b: [reportThatWaits({ worker: 'a', processed_count: 4 }), 'commit'],
      c: [reportThatWaits({ worker: 'a', processed_count: 7 }), 'commit'],
    },
    seen,
    outcomes: [
      'a backwards | b backwards | c reported => running 8 of 10',
      'a backwards | b reported | c reported => running 8 of 10',
      'a reported | b backwards | c reported => running 8 of 10',
      'a reported | b reported | c reported => running 8 of 10',
    ],
  },
];

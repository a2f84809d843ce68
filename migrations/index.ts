import { RolesAndSchemas0001 } from './0001-roles-and-schemas.ts';
import { ActivityLog0002 } from './0002-activity-log.ts';
import { ActivityPartitions0003 } from './0003-activity-partitions.ts';
import { Progress0004 } from './0004-progress.ts';
import { ProgressEnd0005 } from './0005-progress-end.ts';
import { ReportProgress0006 } from './0006-report-progress.ts';
import { PreviewCache0007 } from './0007-preview-cache.ts';
import { IdempotencyKeys0008 } from './0008-idempotency-keys.ts';
import { Auth0009 } from './0009-auth.ts';
import { Upkeep0010 } from './0010-upkeep.ts';
import { AppendActivity0011 } from './0011-append-activity.ts';
import { Connections0012 } from './0012-connections.ts';
import { JobQueue0013 } from './0013-job-queue.ts';
import { Runs0014 } from './0014-runs.ts';
import { Records0015 } from './0015-records.ts';
import { CommitBatch0016 } from './0016-commit-batch.ts';
import { TriggersOfRuns0017 } from './0017-triggers-of-runs.ts';
import { RunUpkeep0018 } from './0018-run-upkeep.ts';
import { WatchProgress0019 } from './0019-watch-progress.ts';
import { KeySessions0020 } from './0020-key-sessions.ts';
import { Directory0021 } from './0021-directory.ts';
import { SteeringTrail0022 } from './0022-steering-trail.ts';
import { PausedRunEnd0023 } from './0023-paused-run-end.ts';

/** In the order they run. TypeORM wants 13 digits at the end of each name and sorts by them: here they are the number. */
export const migrations = [
  RolesAndSchemas0001,
  ActivityLog0002,
  ActivityPartitions0003,
  Progress0004,
  ProgressEnd0005,
  ReportProgress0006,
  PreviewCache0007,
  IdempotencyKeys0008,
  Auth0009,
  Upkeep0010,
  AppendActivity0011,
  Connections0012,
  JobQueue0013,
  Runs0014,
  Records0015,
  CommitBatch0016,
  TriggersOfRuns0017,
  RunUpkeep0018,
  WatchProgress0019,
  KeySessions0020,
  Directory0021,
  SteeringTrail0022,
  PausedRunEnd0023,
];

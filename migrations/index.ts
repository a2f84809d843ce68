import { RolesAndSchemas0001 } from './0001-roles-and-schemas.ts';
import { Auth0002 } from './0002-auth.ts';
import { Jobs0003 } from './0003-jobs.ts';
import { Idempotency0004 } from './0004-idempotency.ts';
import { Progress0005 } from './0005-progress-counts-and-eta.ts';
import { Activity0006 } from './0006-activity.ts';
import { PreviewCache0007 } from './0007-preview-cache.ts';
import { Connectors0008 } from './0008-connectors.ts';
import { Records0009 } from './0009-records.ts';
import { Runs0010 } from './0010-runs.ts';
import { Previews0011 } from './0011-previews.ts';
import { Schedules0012 } from './0012-schedules.ts';
import { Webhooks0013 } from './0013-webhooks.ts';
import { WebhookEndpoints0014 } from './0014-webhook-endpoints.ts';
import { SyncSearch0015 } from './0015-sync-search.ts';
import { Alerts0016 } from './0016-alerts.ts';
import { Members0017 } from './0017-members.ts';
import { Erasures0018 } from './0018-erasures.ts';
import { TrailPlaces0019 } from './0019-trail-places.ts';
import { TrendHours0020 } from './0020-trend-hours.ts';

/**
 * In the order they run: tables, columns, indexes, policies and roles. Functions, triggers and views are files beside their
 * modules (`src/…/sql`), applied after these. TypeORM wants 13 digits at the end of each name and sorts by them: here they are the number.
 */
export const migrations = [
  RolesAndSchemas0001,
  Auth0002,
  Jobs0003,
  Idempotency0004,
  Progress0005,
  Activity0006,
  PreviewCache0007,
  Connectors0008,
  Records0009,
  Runs0010,
  Previews0011,
  Schedules0012,
  Webhooks0013,
  WebhookEndpoints0014,
  SyncSearch0015,
  Alerts0016,
  Members0017,
  Erasures0018,
  TrailPlaces0019,
  TrendHours0020,
];

import { WEEK_OF_FIXTURES } from './rls.fixtures.ts';
import type { Role, Row } from './rls.types.ts';

const NONE: Row = ['denied', 'denied', 'denied', 'denied', 'denied'];

const OWN = ['all', 'nothing', 'nothing'] as const;
const OWN_NEW = ['all', 'policy', 'policy'] as const;
const AND_STALE = ['all', 'stale', 'stale'] as const;
/** The service with the tables of runs: its organization's rows, which it removes from some. */
const WITHOUT_DELETE: Row = [OWN, OWN_NEW, OWN, 'denied', 'denied'];
const WITH_DELETE: Row = [OWN, OWN_NEW, OWN, OWN, 'denied'];
/** Maintenance that deletes what is over. */
const CLEARS: Row = ['stale', 'denied', 'denied', 'stale', 'denied'];
/** The owner of a table that maintenance does not look at, and of one that it clears. */
const OWNER: Row = [OWN, OWN_NEW, OWN, OWN, 'all'];
const OWNER_CLEARS: Row = [AND_STALE, OWN_NEW, OWN_NEW, AND_STALE, 'all'];

/** A table with one row an organization, which the service never deletes and maintenance does not look at. */
const ONE_ROW_WITHOUT_DELETE: Readonly<Record<'sync_app' | 'sync_maintenance' | 'sync_owner', Row>> = {
  sync_app: [['live', 'nothing', 'nothing'], OWN_NEW, ['live', 'nothing', 'nothing'], 'denied', 'denied'],
  sync_maintenance: NONE,
  sync_owner: [
    ['live', 'nothing', 'nothing'],
    OWN_NEW,
    ['live', 'nothing', 'nothing'],
    ['live', 'nothing', 'nothing'],
    'all',
  ],
};

/**
 * Who may do what: select, insert, update, delete, truncate; three outcomes are own, other and no organization.
 * The owner migrates and is a member of sync_maintenance, to which it hands functions over, and so sees what that sees; it
 * may truncate what it owns, which row-level security never checks.
 */
export const CASES: Readonly<Record<string, Readonly<Record<Exclude<Role, 'sync_directory' | 'sync_backup'>, Row>>>> = {
  'public.sync_progress': {
    sync_app: [
      ['all', 'nothing', 'nothing'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      'denied',
      'denied',
    ],
    sync_maintenance: ['stale', 'denied', 'stale', 'denied', 'denied'],
    sync_owner: [
      ['all', 'stale', 'stale'],
      ['all', 'policy', 'policy'],
      ['all', 'stale', 'stale'],
      ['all', 'nothing', 'nothing'],
      'all',
    ],
  },
  'public.sync_activity_log': {
    sync_app: [['all', 'nothing', 'nothing'], ['all', 'policy', 'policy'], 'denied', 'denied', 'denied'],
    sync_maintenance: ['denied', 'stale', 'denied', 'denied', 'denied'],
    sync_owner: [
      ['all', 'nothing', 'nothing'],
      ['all', 'stale', 'stale'],
      ['all', 'nothing', 'nothing'],
      ['all', 'nothing', 'nothing'],
      'all',
    ],
  },
  // Written by app.seal_entries alone, which runs as the owner.
  'public.sync_activity_seals': {
    sync_app: [OWN, 'denied', 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: OWNER,
  },
  // Written by app.roll_up_trends alone, which runs as the owner.
  'public.sync_trend_hours': {
    sync_app: [OWN, 'denied', 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: OWNER,
  },
  'public.sync_trend_marks': {
    sync_app: [['live', 'nothing', 'nothing'], 'denied', 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: ONE_ROW_WITHOUT_DELETE.sync_owner,
  },
  // Written by a trigger that runs as the owner; maintenance deletes those of months that are detached.
  'public.sync_trail_persons': {
    sync_app: [OWN, 'denied', 'denied', OWN, 'denied'],
    sync_maintenance: CLEARS,
    sync_owner: OWNER_CLEARS,
  },
  // Maintenance gives turns to those that are open, and deletes reports that are old.
  'public.sync_erasures': {
    sync_app: WITHOUT_DELETE,
    sync_maintenance: ['all', 'denied', 'live', 'stale', 'denied'],
    sync_owner: ['all', OWN_NEW, ['all', 'live', 'live'], AND_STALE, 'all'],
  },
  'public.sync_preview_cache': {
    sync_app: [
      ['all', 'nothing', 'nothing'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      ['all', 'nothing', 'nothing'],
      'denied',
    ],
    sync_maintenance: ['stale', 'denied', 'denied', 'stale', 'denied'],
    sync_owner: [
      ['all', 'stale', 'stale'],
      ['all', 'policy', 'policy'],
      ['all', 'policy', 'policy'],
      ['all', 'stale', 'stale'],
      'all',
    ],
  },
  'public.idempotency_keys': {
    sync_app: [
      ['all', 'nothing', 'nothing'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      'denied',
      'denied',
    ],
    sync_maintenance: ['stale', 'denied', 'denied', 'stale', 'denied'],
    sync_owner: [
      ['all', 'stale', 'stale'],
      ['all', 'policy', 'policy'],
      ['all', 'policy', 'policy'],
      ['all', 'stale', 'stale'],
      'all',
    ],
  },
  'public.sync_connections': {
    sync_app: [
      ['all', 'nothing', 'nothing'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      'denied',
      'denied',
    ],
    // Of one that was removed it sees the name. Of another it sees when something is due.
    sync_maintenance: ['stale', 'denied', 'denied', 'denied', 'denied'],
    sync_owner: [
      ['all', 'stale', 'stale'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      ['all', 'nothing', 'nothing'],
      'all',
    ],
  },
  // Maintenance finds runs without a worker among all; of what they do it sees no more than the connections.
  'public.sync_runs': {
    sync_app: WITHOUT_DELETE,
    sync_maintenance: ['all', 'denied', 'denied', 'denied', 'denied'],
    sync_owner: ['all', OWN_NEW, ['all', 'nothing', 'nothing'], ['all', 'nothing', 'nothing'], 'all'],
  },
  'public.sync_locks': { sync_app: WITHOUT_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_slots': { sync_app: WITHOUT_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  // One row an organization.
  'public.sync_change_counters': ONE_ROW_WITHOUT_DELETE,
  'public.sync_trail_places': ONE_ROW_WITHOUT_DELETE,
  'public.sync_records': { sync_app: WITHOUT_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_cursors': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_changes': { sync_app: WITHOUT_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_preview_changes': { sync_app: WITHOUT_DELETE, sync_maintenance: CLEARS, sync_owner: OWNER_CLEARS },
  'public.sync_hook_deliveries': { sync_app: WITHOUT_DELETE, sync_maintenance: CLEARS, sync_owner: OWNER_CLEARS },
  'public.sync_refusals': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_bindings': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_systems': { sync_app: WITHOUT_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_search': {
    sync_app: [OWN, OWN_NEW, 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: OWNER,
  },
  'public.sync_match_decisions': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_items': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_seen': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_claims': {
    sync_app: [OWN, OWN_NEW, 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: OWNER,
  },
  // Maintenance sees those that are due.
  'public.sync_schedules': {
    sync_app: WITH_DELETE,
    sync_maintenance: ['stale', 'denied', 'denied', 'denied', 'denied'],
    sync_owner: [AND_STALE, OWN_NEW, OWN, OWN, 'all'],
  },
  // Maintenance finds the endpoints whose turn it is among all that are enabled, and sees neither their addresses nor their secrets.
  'public.sync_webhook_endpoints': {
    sync_app: WITH_DELETE,
    sync_maintenance: ['all', 'denied', 'denied', 'denied', 'denied'],
    sync_owner: ['all', OWN_NEW, ['all', 'stale', 'stale'], OWN, 'all'],
  },
  // Maintenance writes those of syncs that others end, sees those that wait, and deletes old ones.
  'public.sync_webhook_deliveries': {
    sync_app: WITH_DELETE,
    sync_maintenance: ['stale', 'stale', 'denied', 'stale', 'denied'],
    sync_owner: [AND_STALE, AND_STALE, OWN_NEW, AND_STALE, 'all'],
  },
  // One row an organization.
  'public.sync_organization_settings': {
    sync_app: [['live', 'nothing', 'nothing'], OWN_NEW, ['live', 'nothing', 'nothing'], 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: [
      ['live', 'nothing', 'nothing'],
      OWN_NEW,
      ['live', 'nothing', 'nothing'],
      ['live', 'nothing', 'nothing'],
      'all',
    ],
  },
  'public.sync_alert_rules': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  'public.sync_alerts': { sync_app: WITHOUT_DELETE, sync_maintenance: CLEARS, sync_owner: OWNER_CLEARS },
  'public.sync_alert_subjects': { sync_app: WITH_DELETE, sync_maintenance: NONE, sync_owner: OWNER },
  // One row an organization. Maintenance finds those whose turn it is among all, and changes nothing but whose turn it is.
  'public.sync_alert_turns': {
    sync_app: [
      ['live', 'nothing', 'nothing'],
      OWN_NEW,
      ['live', 'nothing', 'nothing'],
      ['live', 'nothing', 'nothing'],
      'denied',
    ],
    sync_maintenance: ['live', 'denied', 'denied', 'denied', 'denied'],
    sync_owner: ['live', OWN_NEW, 'live', ['live', 'nothing', 'nothing'], 'all'],
  },
  // Maintenance writes those of syncs that others end.
  'public.sync_alert_signals': {
    sync_app: [OWN, OWN_NEW, 'denied', OWN, 'denied'],
    sync_maintenance: ['all', 'all', 'denied', 'denied', 'denied'],
    sync_owner: ['all', 'all', OWN, OWN, 'all'],
  },
  // A row is visible to a caller that presents its id. The owner reads all rows, to go through the organizations.
  'auth.hook_addresses': {
    sync_app: ['nothing', ['all', 'policy', 'policy'], 'denied', 'nothing', 'denied'],
    sync_maintenance: NONE,
    sync_owner: ['all', 'policy', 'nothing', 'nothing', 'all'],
  },
  // A login of SQL clients sees the row that binds it: sql-roles.test.ts. Nobody else does but the owner.
  'auth.sql_roles': { sync_app: NONE, sync_maintenance: NONE, sync_owner: ['all', 'all', 'all', 'all', 'all'] },
  // Written by the owner alone, for every organization: that is what its own policy says.
  'auth.users_extended': {
    sync_app: [['all', 'nothing', 'nothing'], 'denied', 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: ['all', 'all', 'all', 'all', 'all'],
  },
  // The organization does not matter here: a row is visible to a caller that presents its hash. See attacks.test.ts.
  'auth.api_keys': {
    sync_app: ['nothing', 'denied', 'nothing', 'nothing', 'denied'],
    sync_maintenance: ['stale', 'denied', 'denied', 'stale', 'denied'],
    sync_owner: ['all', 'all', 'all', 'all', 'all'],
  },
};

/**
 * The directory sees of every organization that it is there, in these, and nothing anywhere else. Of keys it sees the one that is
 * presented.
 */
const DIRECTORY: Row = ['all', 'denied', 'denied', 'denied', 'denied'];
const DIRECTORY_CASES: Readonly<Record<string, Row>> = {
  'public.sync_progress': DIRECTORY,
  'public.sync_activity_log': DIRECTORY,
  'public.sync_connections': DIRECTORY,
  'auth.users_extended': DIRECTORY,
  'auth.api_keys': ['nothing', 'denied', 'denied', 'denied', 'denied'],
};

/** A backup reads every row that there is, whatever is set, and writes none. */
const backup = (rows: 'all' | 'live' | 'nothing'): Row => [rows, 'denied', 'denied', 'denied', 'denied'];
/** Tables with one row an organization. */
const ONE_ROW = [
  ...['public.sync_change_counters', 'public.sync_trail_places', 'public.sync_alert_turns'],
  'public.sync_organization_settings',
  'public.sync_trend_marks',
];

/** What is expected of each role with a table that is no partition; undefined: CASES does not know it. */
export function casesOf(table: string): Readonly<Record<Role, Row>> | undefined {
  const cases = CASES[table];
  return (
    cases && {
      ...cases,
      sync_directory: DIRECTORY_CASES[table] ?? NONE,
      sync_backup: backup(ONE_ROW.includes(table) ? 'live' : 'all'),
    }
  );
}

/** Reached directly, a partition opens to nobody but a backup; its owner may truncate it. */
export function partitionCasesOf(table: string): Readonly<Record<Role, Row>> {
  const thisMonth = `sync_activity_log_${new Date().toISOString().slice(0, 7).replace('-', '_')}`;
  const hasRows = [thisMonth, `sync_changes_0${WEEK_OF_FIXTURES}`].some((name) => table.endsWith(name));
  return {
    sync_app: NONE,
    sync_maintenance: NONE,
    sync_directory: NONE,
    sync_backup: backup(hasRows ? 'all' : 'nothing'),
    sync_owner: ['nothing', 'policy', 'nothing', 'nothing', 'all'],
  };
}

/** The tables that hold no tenant rows, and why that is so. */
export const WITHOUT_TENANT_ROWS: Readonly<Record<string, string>> = {
  'app.sql_files': 'which SQL files were applied; the service reads it to refuse functions of another version',
  'public.sync_migrations': 'which migrations ran; the service reads it to refuse a database of another version',
  'app.scheduled_tasks': 'one row a scheduled task of the whole cluster: names, times and counts',
};

/** What departs from the rules that every tenant table follows, and why. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'auth.api_keys':
    'looked up by the hash before any organization is known; org_id is null for a key of every organization',
  'auth.hook_addresses': 'looked up by the id of the connection before any organization is known',
  'auth.sql_roles': 'says which organization a login of SQL clients is bound to',
  'public.sync_search':
    'has no key but its terms, each a hash with the organization in it; migrations/0015-sync-search.ts says why',
};

import type { Role, Row } from './rls.types.ts';

const NONE: Row = ['denied', 'denied', 'denied', 'denied', 'denied'];

/**
 * Who may do what: select, insert, update, delete, truncate; three outcomes are own, other and no organization.
 * The owner migrates and is a member of sync_maintenance, to which it hands functions over, and so sees what that sees; it
 * may truncate what it owns, which row-level security never checks.
 */
export const CASES: Readonly<Record<string, Readonly<Record<Role, Row>>>> = {
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
    sync_maintenance: NONE,
    sync_owner: [
      ['all', 'nothing', 'nothing'],
      ['all', 'policy', 'policy'],
      ['all', 'nothing', 'nothing'],
      ['all', 'nothing', 'nothing'],
      'all',
    ],
  },
  // A row shows itself to whoever presents its id. The owner reads them all, to go from organization to organization.
  'auth.hook_addresses': {
    sync_app: ['nothing', ['all', 'policy', 'policy'], 'denied', 'nothing', 'denied'],
    sync_maintenance: NONE,
    sync_owner: ['all', 'policy', 'nothing', 'nothing', 'all'],
  },
  // Written by the owner alone, for every organization: that is what its own policy says.
  'auth.users_extended': {
    sync_app: [['all', 'nothing', 'nothing'], 'denied', 'denied', 'denied', 'denied'],
    sync_maintenance: NONE,
    sync_owner: ['all', 'all', 'all', 'all', 'all'],
  },
  // The organization opens nothing here: a row shows itself to whoever presents its hash. See attacks.test.ts.
  'auth.api_keys': {
    sync_app: ['nothing', 'denied', 'nothing', 'nothing', 'denied'],
    sync_maintenance: ['stale', 'denied', 'denied', 'stale', 'denied'],
    sync_owner: ['all', 'all', 'all', 'all', 'all'],
  },
};

/** Reached directly, a partition opens to nobody: it has no policies and no grants; its owner may truncate it. */
export const PARTITION_CASES: Readonly<Record<Role, Row>> = {
  sync_app: NONE,
  sync_maintenance: NONE,
  sync_owner: ['nothing', 'policy', 'nothing', 'nothing', 'all'],
};

/** The tables that hold no tenant rows, and why that is so. */
export const WITHOUT_TENANT_ROWS: Readonly<Record<string, string>> = {
  'public.sync_migrations': 'which migrations ran; the service reads it to refuse a database of another version',
  'app.scheduled_tasks': 'one row a scheduled task of the whole cluster: names, times and counts',
};

/** What departs from the rules that every tenant table follows, and why. */
export const EXCEPTIONS: Readonly<Record<string, string>> = {
  'auth.api_keys':
    'looked up by the hash before any organization is known; org_id is null for a key of every organization',
  'auth.hook_addresses': 'looked up by the id of the connection before any organization is known',
};

import type { RuleRow } from '../alert.types.ts';
import type { SyncNames } from './alert.subject.ts';
import type { Verdict } from './ended.sync.ts';
import { arrivedWithin, type SubjectRow } from './subject.history.ts';

/** A connection as the evaluation reads it. */
export interface WatchedConnection {
  readonly id: string;
  readonly name: string;
  readonly status: 'unchecked' | 'ok' | 'failing';
  readonly last_error: string | null;
  /** How often in a row its webhooks in the shop were found disabled, or could not be looked at. */
  readonly webhook_failures: number;
  readonly webhook_error: string | null;
}

/** A sync that waits for a rate limit. */
export interface LimitedSync extends SyncNames {
  readonly sync_id: string;
  readonly run_kind: string | null;
  /** RFC 3339. */
  readonly rate_limited_until: string;
}

/** A kind of sync is waited for when a schedule runs it, or when it has come so often before. */
const REGULAR_SUCCESSES = 3;

/**
 * What time decides about a kind of sync. `now`: milliseconds, of the database. A rule that names what it watches waits for it from its
 * beginning; one for all waits for what is regular, so that a sync that came once does not make an alert for ever. Pure.
 */
export function verdictOfTime(rule: RuleRow, history: SubjectRow, isScheduled: boolean, now: number): Verdict {
  if (rule.kind !== 'stale' && rule.kind !== 'nothing_arrived') return null;
  const isNamed = rule.connection_id !== null || rule.source_system !== null;
  if (!isNamed && !isScheduled && history.successes < REGULAR_SUCCESSES) return { holds: false };
  const seconds = rule.seconds ?? 0;
  const age = (at: string) => (now - Date.parse(at)) / 1000;
  if (rule.kind === 'stale') {
    if (age(history.last_success_at ?? history.first_seen_at) <= seconds) return { holds: false };
    const since = history.last_success_at === null ? 'at all' : `since ${history.last_success_at.slice(0, 16)}Z`;
    return { holds: true, summary: `No sync has succeeded ${since}` };
  }
  const fewest = rule.threshold ?? 1;
  // What has been known for less than the window has not had its time yet.
  if (Math.min(age(history.first_seen_at), age(rule.watches_since)) < seconds) return null;
  const arrived = arrivedWithin(history, seconds, now);
  if (arrived >= fewest) return { holds: false };
  return {
    holds: true,
    summary: `${arrived} items arrived within ${lengthOf(seconds)}, at least ${fewest} are expected`,
  };
}

/** What the state of a connection decides. */
export function verdictOfConnection(rule: RuleRow, connection: WatchedConnection): Verdict {
  const because = (why: string | null) => (why === null ? '' : `: ${why}`);
  if (rule.kind === 'check_failing') {
    if (connection.status === 'failing')
      return { holds: true, summary: `The check of the connection fails${because(connection.last_error)}` };
    return connection.status === 'ok' ? { holds: false } : null;
  }
  if (connection.webhook_failures === 0) return { holds: false };
  const what =
    connection.webhook_error === null ? 'The shop disabled its webhooks' : 'The webhooks of the shop cannot be kept up';
  return { holds: true, summary: `${what}${because(connection.webhook_error)}` };
}

/** What a wait decides that began at `since`, milliseconds like `now`. */
export function verdictOfWait(rule: RuleRow, limited: LimitedSync, since: number, now: number): Verdict {
  const waits = Math.max(now, Date.parse(limited.rate_limited_until)) - since;
  if (waits <= (rule.seconds ?? 0) * 1000) return { holds: false };
  return { holds: true, summary: `The sync waits for a rate limit until ${limited.rate_limited_until.slice(0, 16)}Z` };
}

/** For people: 90 minutes, 2 days. */
function lengthOf(seconds: number): string {
  const units = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ] as const;
  const [size, unit] = units.find(([length]) => seconds >= length && seconds % length === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

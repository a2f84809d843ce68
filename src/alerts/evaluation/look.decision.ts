import { OF_CONNECTIONS, type RuleRow } from '../alert.types.ts';
import { isAbout, type SyncNames, subjectOfConnection, subjectOfSync } from './alert.subject.ts';
import { aboutSync, type World } from './ends.decision.ts';
import { type LimitedSync, verdictOfConnection, verdictOfTime, verdictOfWait } from './look.verdict.ts';
import type { SubjectRow } from './subject.history.ts';

/** What time has changed. */
export interface Look {
  /** Milliseconds, of the database. */
  readonly now: number;
  readonly subjects: readonly SubjectRow[];
  /** The subjects that schedules run. */
  readonly scheduled: ReadonlySet<string>;
  readonly limited: readonly LimitedSync[];
  /** RFC 3339, by sync_id. */
  readonly limitedSince: Readonly<Record<string, string>>;
}

/** Puts what a look decides into the book. */
export function decideLook(world: World, look: Look): void {
  endOrphans(world, look);
  for (const rule of world.rules) {
    if (OF_CONNECTIONS.has(rule.kind)) lookAtConnections(world, rule);
    else if (rule.kind === 'rate_limited') lookAtWaits(world, rule, look);
    else if (rule.kind === 'stale' || rule.kind === 'nothing_arrived') lookAtSubjects(world, rule, look);
  }
}

/** Of rules that are gone or watch something else now, of connections that are gone, and of waits that are over. */
function endOrphans({ rules, open, connections, book }: World, { limited, subjects }: Look): void {
  const ruleOf = new Map(rules.map((rule) => [rule.id, rule]));
  const known = new Set(connections.map(({ id }) => id));
  const waiting = new Set(limited.map(({ sync_id }) => subjectOfSync(sync_id)));
  const kinds = new Set(subjects.map(({ subject }) => subject));
  for (const alert of open) {
    const rule = ruleOf.get(alert.rule_id);
    if (!rule) book.end(alert, 'The rule was removed or disabled.');
    else if (alert.opened_at < rule.watches_since) book.end(alert, 'The rule was changed.');
    else if (alert.connection_id !== null && !known.has(alert.connection_id))
      book.end(alert, 'The connection was removed.');
    else if (alert.kind === 'rate_limited' && !waiting.has(alert.subject))
      book.end(alert, 'It does not wait any more.');
    else if (rule.kind === 'stale' || rule.kind === 'nothing_arrived') {
      const isExpected = alert.subject === expectedSubject(rule);
      if (isExpected && subjects.some((subject) => isAbout(rule, subject, null))) book.end(alert, 'A sync has come.');
      else if (!isExpected && !kinds.has(alert.subject)) book.end(alert, 'There was no such sync for a long time.');
    }
  }
}

function lookAtConnections({ connections, book }: World, rule: RuleRow): void {
  for (const connection of connections) {
    const { id, name } = connection;
    if (rule.connection_id !== null && rule.connection_id !== id) continue;
    const about = { subject: subjectOfConnection(id), connection_id: id, entity_type: null, source_system: null };
    book.decide(rule, { ...about, sync_id: null, run_kind: null, label: name }, verdictOfConnection(rule, connection));
  }
}

function lookAtWaits({ connections, book }: World, rule: RuleRow, { limited, limitedSince, now }: Look): void {
  for (const sync of limited) {
    if (!isAbout(rule, sync, sync.sync_id)) continue;
    const about = { ...aboutSync(connections, rule, sync, sync), subject: subjectOfSync(sync.sync_id) };
    book.decide(rule, about, verdictOfWait(rule, sync, Date.parse(limitedSince[sync.sync_id] ?? ''), now));
  }
}

function lookAtSubjects({ connections, book }: World, rule: RuleRow, { subjects, scheduled, now }: Look): void {
  const watched = subjects.filter((subject) => isAbout(rule, subject, null));
  const all = watched.length > 0 ? watched : expectedBy(rule);
  for (const history of all) {
    const { connection_id } = history;
    // Its last syncs are kept, but nobody waits for another.
    if (connection_id !== null && !connections.some(({ id }) => id === connection_id)) continue;
    const about = aboutSync(connections, rule, history, { sync_id: null, run_kind: null });
    book.decide(rule, about, verdictOfTime(rule, history, scheduled.has(history.subject), now));
  }
}

/** What a rule names has its time from then on, although there was no sync of it yet. */
function expectedBy(rule: RuleRow): SubjectRow[] {
  if (rule.entity_type === null || (rule.connection_id === null && rule.source_system === null)) return [];
  const names: SyncNames = {
    ...{ connection_id: rule.connection_id, destination_connection_id: null },
    ...{ entity_type: rule.entity_type, source_system: rule.source_system ?? '' },
  };
  const subject = expectedSubject(rule);
  const at = rule.watches_since;
  return [
    {
      ...names,
      subject,
      first_seen_at: at,
      last_ended_at: at,
      last_success_at: null,
      successes: 0,
      speeds: [],
      arrivals: {},
    },
  ];
}

const expectedSubject = ({ id }: RuleRow): string => `expected:${id}`;

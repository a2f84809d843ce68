import { subjectOf } from './alert.subject.ts';
import type { EndedSync } from './ended.sync.ts';
import { type SubjectRow, withEnded } from './subject.history.ts';

/** The histories of the kinds of some syncs, which those go into one after another. */
export class SubjectHistories {
  private readonly rows: Map<string, SubjectRow>;
  private readonly added = new Set<string>();

  constructor(rows: readonly SubjectRow[]) {
    this.rows = new Map(rows.map((row) => [row.subject, row]));
  }

  static namesOf(syncs: readonly EndedSync[]): string[] {
    return [...new Set(syncs.map(subjectOf))];
  }

  of(sync: EndedSync): SubjectRow {
    const subject = subjectOf(sync);
    return this.rows.get(subject) ?? newSubject(subject, sync);
  }

  add(sync: EndedSync): void {
    const row = withEnded(this.of(sync), sync);
    this.rows.set(row.subject, row);
    this.added.add(row.subject);
  }

  /** Those that have changed. */
  get changed(): SubjectRow[] {
    return [...this.added].map((subject) => this.rows.get(subject) as SubjectRow);
  }
}

const newSubject = (subject: string, sync: EndedSync): SubjectRow => ({
  subject,
  connection_id: sync.connection_id,
  destination_connection_id: sync.destination_connection_id,
  entity_type: sync.entity_type,
  source_system: sync.source_system,
  first_seen_at: sync.ended_at,
  last_ended_at: sync.ended_at,
  last_success_at: null,
  successes: 0,
  speeds: [],
  arrivals: {},
});

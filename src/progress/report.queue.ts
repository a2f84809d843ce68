import { syncLocked } from './progress.problem.ts';
import type { ReportElement, ReportResult } from './progress.sql.ts';

/** Why a report has no result. */
export class ReportFailure {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

export type ReportAnswer = ReportResult | ReportFailure;

/** A report whose caller waits for the result. */
export interface WaitingReport {
  readonly report: ReportElement;
  readonly queue: ReportQueue;
  readonly since: number;
  readonly answer: (answer: ReportAnswer) => void;
  /** How often it was sent. */
  attempts: number;
  /** The caller has an answer; nothing more is said to it. */
  isAnswered: boolean;
}

/** The longest pause before a locked row is tried again: short beside the 9 s that a caller waits, long beside a call. */
const LONGEST_BACKOFF_MS = 400;
const FIRST_BACKOFF_MS = 5;

/** How long a report waits that was sent `attempts` times and found its row locked. Random, so that rows locked together spread out. */
export function backoffMs(attempts: number, random: () => number = Math.random): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1)) * (0.5 + random() / 2);
}

/**
 * The waiting reports of one organization.
 *
 * 1. A sync has one report at the database at a time, the oldest; the others of the sync follow in the order of their arrival.
 * 2. Reports of different syncs are sent in the order of their arrival; one that found its row locked waits for its pause.
 * 3. A report whose caller got an answer is not sent; one that is at the database keeps its place until the call returns.
 */
export class ReportQueue {
  readonly orgId: string;
  /** Its reports are sent in calls of their own until then, because one of those has failed as a whole. */
  isolatedUntil = 0;
  /** Its reports in calls for all that are under way. */
  atDatabase = 0;
  /** It counts as one of those that report until then. */
  presentUntil = 0;
  /** A loop sends its reports in calls of their own. */
  hasOwnLane = false;
  /** By sync, oldest first. The first of each is at the database, ready, or pausing. */
  private readonly ofSync = new Map<string, WaitingReport[]>();
  private readonly ready = new Set<WaitingReport>();
  private waiting = 0;

  constructor(orgId: string) {
    this.orgId = orgId;
  }

  get size(): number {
    return this.waiting;
  }

  /** By `steadyNow`; undefined when none waits. */
  get oldestSince(): number | undefined {
    let oldest: number | undefined;
    for (const [first] of this.ofSync.values())
      if (first && !(first.since > (oldest ?? Infinity))) oldest = first.since;
    return oldest;
  }

  get hasReady(): boolean {
    return this.ready.size > 0;
  }

  add(one: WaitingReport): void {
    const { sync_id } = one.report;
    const others = this.ofSync.get(sync_id);
    this.waiting += 1;
    if (others) others.push(one);
    else {
      this.ofSync.set(sync_id, [one]);
      this.ready.add(one);
    }
  }

  /** At most `limit` reports to send, each of another sync. */
  take(limit: number): WaitingReport[] {
    const taken: WaitingReport[] = [];
    for (const one of this.ready) {
      if (taken.length === limit) break;
      this.ready.delete(one);
      one.attempts += 1;
      taken.push(one);
    }
    return taken;
  }

  /** Back to the ready ones, after its pause. */
  again(one: WaitingReport): void {
    if (one.isAnswered) this.remove(one);
    else this.ready.add(one);
  }

  /** The report is done with: the next one of its sync is ready. */
  remove(one: WaitingReport): void {
    const ofSync = this.ofSync.get(one.report.sync_id);
    ofSync?.shift();
    this.waiting -= 1;
    const next = ofSync?.[0];
    if (next) this.ready.add(next);
    else this.ofSync.delete(one.report.sync_id);
  }

  /** Answers the reports that have waited since before `time`, and forgets those that are not at the database. */
  expire(time: number): void {
    const isOld = (one: WaitingReport) => one.since <= time;
    // A ready one is the first of its sync: without it the next one is ready, and visited in its turn.
    for (const one of this.ready) {
      if (!isOld(one)) continue;
      this.ready.delete(one);
      refuse(one);
      this.remove(one);
    }
    for (const [first, ...others] of this.ofSync.values()) {
      if (first && isOld(first)) refuse(first);
      for (const one of others.filter(isOld)) {
        refuse(one);
        this.forget(one);
      }
    }
  }

  /** For one that is not the first of its sync. */
  private forget(one: WaitingReport): void {
    const ofSync = this.ofSync.get(one.report.sync_id);
    if (!ofSync) return;
    ofSync.splice(ofSync.indexOf(one), 1);
    this.waiting -= 1;
  }
}

function refuse(one: WaitingReport): void {
  if (one.isAnswered) return;
  one.isAnswered = true;
  one.answer(new ReportFailure(syncLocked()));
}

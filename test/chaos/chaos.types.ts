import type { EmbeddedPostgres } from '@sync-operations/embedded-postgres';
import type { BreakableProxy } from '../support/breakable-proxy.ts';
import type { Pooler } from '../support/pgbouncer.ts';
import type { SmallDisk } from '../support/small.disk.ts';

/** A Postgres and what lies on the way to it. */
export interface Stage {
  readonly postgres: EmbeddedPostgres;
  /** A network between the subject and Postgres. */
  readonly proxy: BreakableProxy;
  /** Only where the fault is one of PgBouncer's: then everything goes through it. */
  readonly pooler: Pooler | undefined;
  /** Only where it is to be filled: the tables lie on it. */
  readonly disk: SmallDisk | undefined;
  /** What the subject connects with, as the service's role and as the owner. */
  readonly appUrl: string;
  readonly ownerUrl: string;
  /** The superuser in the database of the subject, past proxy and pooler. */
  readonly adminUrl: string;
  readonly postmaster: () => number;
  stop(): Promise<void>;
}

/** How much a subject is given to do, and how long anybody waits. */
export interface Scale {
  /** Of the shop that the run reads. */
  readonly customers: number;
  readonly leaseSeconds: number;
  /** A request that is neither answered nor refused for longer hangs. */
  readonly patienceMs: number;
}

export type Role = 'api' | 'worker';

/** What was acknowledged, held against what is there at the end. */
export interface Tally {
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Of a queue: what is there, and was still not done a minute after all was served again. */
  readonly late: number;
  readonly hung: number;
  /** Answers that nobody should get, and whatever else an operator would want to know. */
  readonly remarks: readonly string[];
}

/** What is struck while it is at work: the service, or a queue alone. */
export interface Subject {
  readonly name: string;
  /** What it connects with, past proxy and pooler. */
  readonly databaseUrl: string;
  /** The tables that are written to all the time. */
  readonly tables: readonly string[];
  /** Resolves when everything is in full swing, and the next blow meets work. */
  underWay(): Promise<void>;
  /** Ends the process that is at work by SIGKILL, and starts another, as a supervisor does. */
  kill(role: Role): Promise<void>;
  /** Stops the process that is at work, and lets it go on after so long. */
  freeze(role: Role, ms: number): Promise<void>;
  /** Replaces one process after another: the new one first, then SIGTERM to the old one. */
  roll(): Promise<void>;
  /** Ten times as much as it gets through, for so long; undefined where that means nothing. */
  overload?(ms: number): Promise<void>;
  /** Whether each client got an acknowledgement for something it asked after `since`, and work went on. */
  servedSince(since: number): Promise<boolean>;
  /** Ends the load, waits for what was acknowledged to be done, and counts. */
  finish(): Promise<Tally>;
  stop(): Promise<void>;
}

/** A row of the table. */
export interface Fault {
  readonly name: string;
  /** Said below the table. */
  readonly means: string;
  readonly pooled?: true;
  readonly smallDisk?: true;
  /** Why it cannot be tried here. */
  readonly missing?: () => string | undefined;
  /** Whether the row makes sense for a queue without an API. */
  readonly forQueues: boolean;
  /** Resolves when the fault is over; what was killed has been started again. */
  readonly strike: (stage: Stage, subject: Subject) => Promise<void>;
}

export interface Outcome {
  readonly fault: string;
  readonly subject: string;
  /** Its version, as it says itself. */
  readonly postgres: string;
  /** Of the machine, in the minutes before: the figures of one that has other work are longer. */
  readonly load: number;
  readonly isRecovered: boolean;
  /** How long the fault lasted. */
  readonly faultSeconds: number;
  /** From its end until everything was served as before. */
  readonly recoverySeconds: number;
  readonly tally: Tally;
  /** Size of the busy tables beside the same rows written anew. */
  readonly bloat: { readonly mebibytes: number; readonly ratio: number };
}

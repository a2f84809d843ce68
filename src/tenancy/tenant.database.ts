import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { within } from '../common/clock.ts';
import { overloaded, refuseLater } from '../common/overload.ts';
import { HOT_POOL, TENANT_POOL } from '../database/database.module.ts';
import type { Statement } from '../database/database.ts';
import { isDistributed } from '../database/distribution.ts';
import { queryOf } from '../database/readiness.ts';
import { isConnectionLoss, isContention, isEndedWhileIdle, isSilence } from '../database/sqlstate.ts';
import { answerWithin, BEGIN, COMMIT, inOneRoundTrip, ROLLBACK, send } from '../database/transaction.ts';
import { type Span, traced } from '../tracing/tracing.ts';
import { ConnectionShares } from './connection.shares.ts';
import { OpenTransaction } from './open.transaction.ts';
import { beginFor, STATEMENT_LIMITS, type StatementKind } from './statement.limits.ts';
import type { TenantTransaction } from './tenant.context.ts';
import { currentTenant, runAsTenant } from './tenant.context.ts';

/** A statement that opens a transaction, and what to do when it raises: then nothing of the work takes effect. */
export interface Precondition<T> {
  readonly statement: Statement;
  isRefusal(error: unknown): boolean;
  /** Read in the round trip of the ROLLBACK. */
  readonly instead: Statement;
  /** What the transaction returns then. */
  refused(rows: object[]): T;
}

/** A connection of the organization's share, and what it has waited for it. */
interface Held {
  readonly client: pg.PoolClient;
  readonly begin: Statement;
  /** How long to wait for each statement. */
  readonly withinMs: number;
}

/** A transaction that is over. */
export interface DoneTransaction {
  readonly kind: StatementKind;
  /** With the wait. */
  readonly seconds: number;
  readonly waitedSeconds: number;
  readonly succeeded: boolean;
}

/** How many requests may wait for a connection of the pool. */
export const DB_WAITING = Symbol('DB_WAITING');
const TOO_MANY = 'More requests wait for the database than it gets through in time.';
/** Also who has waited long for the organization's share has a look at the pool. */
const SHORTEST_WAIT_MS = 100;

/** The one way to the tenant tables, and the only code that sets the organization. Outside a tenant it throws. */
@Injectable()
export class TenantDatabase {
  /** Called after every transaction, for metrics. */
  onTransaction: (transaction: DoneTransaction) => void = () => undefined;
  private distributed: Promise<boolean> | undefined;

  constructor(
    @Inject(TENANT_POOL) private readonly pool: pg.Pool,
    @Inject(HOT_POOL) private readonly hotPool: pg.Pool,
    private readonly shares: ConnectionShares,
    @Inject(DB_WAITING) private readonly waitingMax: number,
  ) {}

  /** One statement in a transaction of its own, or in the one that is open: BEGIN to COMMIT in one network round trip. */
  query<Row extends object>(statement: Statement): Promise<Row[]> {
    return this.run<Row>(statement, 'write');
  }

  /** As `query`, for a statement that changes nothing: tried once more when the connection is lost under it. */
  async read<Row extends object>(statement: Statement, kind: 'read' | 'export' = 'read'): Promise<Row[]> {
    try {
      return await this.run<Row>(statement, kind);
    } catch (error) {
      // Who has waited for a silent connection has no time for another.
      if (currentTenant().transaction || !isConnectionLoss(error) || isSilence(error)) throw error;
      return this.run<Row>(statement, kind);
    }
  }

  /**
   * Several statements that depend on each other's results, all or none. Work inside joins an open transaction. Never call
   * out to another system or stream in it: the connection is held until it ends. The first statement is sent with BEGIN and the
   * precondition, so the work must have no effect but in the database until it has returned.
   */
  async transaction<T>(
    work: (transaction: TenantTransaction) => Promise<T>,
    precondition?: Precondition<T>,
  ): Promise<T> {
    const context = currentTenant();
    if (context.transaction) return work(context.transaction);
    return this.withClient('write', async ({ client, begin, withinMs }) => {
      const opening = [BEGIN, begin, ...(precondition ? [precondition.statement] : [])];
      const transaction = new OpenTransaction(client, opening, withinMs);
      try {
        const result = await runAsTenant({ ...context, transaction }, () => work(transaction));
        await transaction.commit();
        return result;
      } catch (error) {
        const refusal = await transaction.openingFailure();
        if (precondition?.isRefusal(refusal)) {
          const steps = [ROLLBACK, BEGIN, begin, precondition.instead, COMMIT];
          return precondition.refused((await inOneRoundTrip<object>(client, steps, withinMs))[3]?.rows ?? []);
        }
        // A client that cannot roll back is destroyed by withClient, which sees that it is not idle.
        await send(client, ROLLBACK, withinMs).catch(() => undefined);
        throw refusal ?? error;
      }
    });
  }

  /**
   * Calls an SQL function that sets the organization itself, element by element, so that requests of many tenants share one
   * round trip and one commit. The elements' organizations must come from `currentTenant()` of each request. On the connections of the
   * hot path, which no organization's other work can use up.
   */
  async callForManyTenants<Row extends object>(statement: Statement): Promise<Row[]> {
    if (await this.asksNodes()) return onLiveSession(() => this.inBlock<Row>(statement));
    const { rows } = await onLiveSession(() => this.hotPool.query<Row>(statement.text, statement.values as unknown[]));
    return rows;
  }

  /** Asked once: a database is distributed before the service starts. */
  private asksNodes(): Promise<boolean> {
    this.distributed ??= isDistributed(queryOf(this.hotPool)).catch((error) => {
      this.distributed = undefined;
      throw error;
    });
    return this.distributed;
  }

  /**
   * A distributed Postgres passes the organization on to its nodes only within BEGIN and COMMIT, which cost a single Postgres a tenth of a call of
   * many reports, and two fifths of a call of one.
   */
  private async inBlock<Row extends object>(statement: Statement): Promise<Row[]> {
    const client = await this.hotPool.connect();
    try {
      const [, result] = await inOneRoundTrip<Row>(client, [BEGIN, statement, COMMIT]);
      client.release();
      return (result as pg.QueryResult<Row>).rows;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  private async run<Row extends object>(statement: Statement, kind: StatementKind): Promise<Row[]> {
    const { transaction } = currentTenant();
    if (transaction) return transaction.query<Row>(statement);
    return this.withClient(kind, async ({ client, begin, withinMs }) => {
      const [, , result] = await inOneRoundTrip<Row>(client, [BEGIN, begin, statement, COMMIT], withinMs);
      return (result as pg.QueryResult<Row>).rows;
    });
  }

  /** A connection of the pool. Whoever waits for an answer waits for one `waitMs`, and not at all behind too many others. */
  private async connect(kind: StatementKind, waitMs: number): Promise<pg.PoolClient> {
    const isFull = this.pool.idleCount === 0 && this.pool.totalCount >= (this.pool.options.max ?? 0);
    if (kind === 'work' || !isFull) return this.pool.connect();
    if (this.pool.waitingCount >= this.waitingMax) return refuseLater(overloaded(TOO_MANY));
    const connecting = this.pool.connect();
    if (await within(Math.max(SHORTEST_WAIT_MS, waitMs), connecting)) return connecting;
    connecting.then(
      (late) => late.release(),
      () => undefined,
    );
    throw overloaded(TOO_MANY);
  }

  private withClient<T>(asked: StatementKind, work: (held: Held) => Promise<T>): Promise<T> {
    const { orgId, isBackground } = currentTenant();
    const kind = isBackground ? 'work' : asked;
    return traced(
      'transaction',
      { 'sync.statement_kind': kind },
      (span) => onLiveSession(() => this.asTenant(orgId, kind, span, work)),
      'call',
    );
  }

  private async asTenant<T>(
    orgId: string,
    kind: StatementKind,
    span: Span | undefined,
    work: (held: Held) => Promise<T>,
  ): Promise<T> {
    const since = performance.now();
    let waitedMs: number | undefined;
    const over = (succeeded: boolean) => {
      const seconds = (performance.now() - since) / 1000;
      this.onTransaction({
        kind,
        seconds,
        waitedSeconds: waitedMs === undefined ? seconds : waitedMs / 1000,
        succeeded,
      });
    };
    const release = await this.shares.take(orgId, STATEMENT_LIMITS[kind].waitMs).catch((error) => {
      over(false);
      throw error;
    });
    let moved = true;
    try {
      const client = await this.connect(kind, STATEMENT_LIMITS[kind].waitMs - (performance.now() - since));
      waitedMs = performance.now() - since;
      span?.set({ 'db.system.name': 'postgresql', 'sync.waited_ms': Math.round(waitedMs) });
      let failure: unknown;
      try {
        const withinMs = answerWithin(STATEMENT_LIMITS[kind].runMs);
        const result = await work({ client, begin: beginFor(orgId, kind, waitedMs), withinMs });
        over(true);
        return result;
      } catch (error) {
        failure = error;
        throw error;
      } finally {
        // Released only when idle: the next user must not find an open transaction with our organization in it. And after a failover the
        // next connection may lead to the primary; this one never does.
        const isUseless = isConnectionLoss(failure) || client.getTransactionStatus() !== 'I';
        client.release(isUseless && (failure instanceof Error ? failure : true));
      }
    } catch (error) {
      moved = !isContention(error);
      over(false);
      throw error;
    } finally {
      release(moved);
    }
  }
}

/** Once more when the server had ended the session that was taken: its end and what was sent were under way at the same time. */
async function onLiveSession<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isEndedWhileIdle(error)) throw error;
    return work();
  }
}

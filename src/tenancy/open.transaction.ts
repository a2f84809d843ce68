import type pg from 'pg';
import type { Statement } from '../database/database.ts';
import { COMMIT, inOnePacket, inOneRoundTrip, send } from '../database/transaction.ts';
import type { TenantTransaction } from './tenant.context.ts';

/**
 * A transaction that sends what opens it together with its first statement, and what closes it together with COMMIT, so that one
 * statement costs two round trips and not three. Statements that do not wait for each other's results share a round trip, in their order.
 */
export class OpenTransaction implements TenantTransaction {
  private readonly client: pg.PoolClient;
  private readonly opening: readonly Statement[];
  private readonly withinMs: number;
  private readonly closing: Statement[] = [];
  private readonly effects: (() => void)[] = [];
  private opened: Promise<unknown> | undefined;

  /** Each statement must be answered `withinMs`. */
  constructor(client: pg.PoolClient, opening: readonly Statement[], withinMs: number) {
    this.client = client;
    this.opening = opening;
    this.withinMs = withinMs;
  }

  /** May be taken off the transaction: `async ({ query }) => …`. */
  readonly query = async <Row extends object>(statement: Statement): Promise<Row[]> => {
    const sent = inOnePacket(this.client, () => {
      this.open();
      return send<Row>(this.client, statement, this.withinMs);
    });
    const [opened, result] = await Promise.allSettled([this.opened, sent]);
    // Whatever follows a statement that failed fails, too, and says less.
    if (opened.status === 'rejected') throw opened.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value.rows;
  };

  beforeCommit(statement: Statement): void {
    this.closing.push(statement);
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }

  async commit(): Promise<void> {
    const closed = inOnePacket(this.client, () => {
      this.open();
      return inOneRoundTrip(this.client, [...this.closing, COMMIT], this.withinMs);
    });
    await Promise.allSettled([closed]);
    await this.opened;
    await closed;
    for (const effect of this.effects) effect();
  }

  /** Why the transaction could not be opened: undefined when it was, or was never tried. */
  async openingFailure(): Promise<unknown> {
    try {
      await this.opened;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private open(): void {
    if (this.opened) return;
    this.opened = inOneRoundTrip(this.client, this.opening, this.withinMs);
    // Whoever waits for it throws it.
    this.opened.catch(() => undefined);
  }
}

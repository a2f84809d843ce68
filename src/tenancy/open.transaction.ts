import type pg from 'pg';
import type { Statement } from '../database/database.ts';
import type { TenantTransaction } from './tenant.context.ts';

export const BEGIN: Statement = { text: 'BEGIN' };
export const COMMIT: Statement = { text: 'COMMIT' };
export const ROLLBACK: Statement = { text: 'ROLLBACK' };

/**
 * A transaction that sends what opens it together with its first statement, and what closes it together with COMMIT, so that one
 * statement costs two round trips and not three. Statements that do not wait for each other's results share a round trip, in their order.
 */
export class OpenTransaction implements TenantTransaction {
  private readonly client: pg.PoolClient;
  private readonly opening: readonly Statement[];
  private readonly closing: Statement[] = [];
  private opened: Promise<unknown> | undefined;

  constructor(client: pg.PoolClient, opening: readonly Statement[]) {
    this.client = client;
    this.opening = opening;
  }

  /** May be taken off the transaction: `async ({ query }) => …`. */
  readonly query = async <Row extends object>(statement: Statement): Promise<Row[]> => {
    this.open();
    const [opened, result] = await Promise.allSettled([this.opened, send<Row>(this.client, statement)]);
    // Whatever follows a statement that failed fails, too, and says less.
    if (opened.status === 'rejected') throw opened.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value.rows;
  };

  beforeCommit(statement: Statement): void {
    this.closing.push(statement);
  }

  async commit(): Promise<void> {
    this.open();
    const closed = inOneRoundTrip(this.client, [...this.closing, COMMIT]);
    await Promise.allSettled([closed]);
    await this.opened;
    await closed;
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
    this.opened = inOneRoundTrip(this.client, this.opening);
    // Whoever waits for it throws it.
    this.opened.catch(() => undefined);
  }
}

function send<Row extends object>(client: pg.PoolClient, { text, values }: Statement): Promise<pg.QueryResult<Row>> {
  return client.query<Row>(text, values as unknown[]);
}

/** Sends all statements before the first result arrives. Throws the first failure. COMMIT of a failed transaction raises no error but returns ROLLBACK. */
export async function inOneRoundTrip<Row extends object>(
  client: pg.PoolClient,
  statements: readonly Statement[],
): Promise<pg.QueryResult<Row>[]> {
  const settled = await Promise.allSettled(statements.map((statement) => send<Row>(client, statement)));
  const failed = settled.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  const results = settled.map((outcome) => (outcome as PromiseFulfilledResult<pg.QueryResult<Row>>).value);
  if (statements.at(-1) === COMMIT && results.at(-1)?.command !== 'COMMIT')
    throw new Error('the transaction was rolled back by the database at COMMIT');
  return results;
}

import pg from 'pg';

/** One connection, on which at most one statement is under way. */
export class Session {
  readonly client: pg.Client;
  pid = 0;
  /** Settles when the statement under way is answered; undefined when none is. */
  underWay: Promise<void> | undefined;

  constructor(url: string) {
    this.client = new pg.Client({ connectionString: url });
    this.client.on('error', () => undefined);
  }

  async open(): Promise<void> {
    await this.client.connect();
    const { rows } = await this.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    this.pid = rows[0]?.pid ?? 0;
  }

  /** Sends statements, one after another, and tells what came of the last; an error is told by its SQLSTATE. */
  send(
    statements: readonly { readonly text: string; readonly values?: readonly unknown[] }[],
    tell: (outcome: object[] | string) => void,
  ): void {
    const work = async () => {
      let rows: object[] = [];
      for (const { text, values } of statements) rows = (await this.client.query(text, values as unknown[])).rows;
      return rows;
    };
    this.underWay = work()
      .then(tell, (error: pg.DatabaseError) => tell(String(error.code ?? error.message)))
      .finally(() => {
        this.underWay = undefined;
      });
  }
}

/** Sessions, and the connection of an administrator, which looks who waits for whom. */
export class Sessions {
  constructor(
    readonly all: readonly Session[],
    private readonly admin: pg.Client,
  ) {}

  async open(): Promise<void> {
    await Promise.all(this.all.map((session) => session.open()));
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ client }) => client.end()));
  }

  /**
   * Returns when each session has its answer or waits for a lock of one that has it. Sessions that wait for each other alone do not count as
   * waiting: Postgres is about to end one of them.
   */
  async settle(): Promise<void> {
    for (;;) {
      const asking = this.all.filter(({ underWay }) => underWay);
      if (asking.length === 0) return;
      const looked = this.admin.query<{ pid: number; by: number[] }>(
        'SELECT pid, pg_catalog.pg_blocking_pids(pid) AS by FROM unnest($1::integer[]) AS pid',
        [asking.map(({ pid }) => pid)],
      );
      await Promise.race([looked, ...asking.map(({ underWay }) => underWay)]);
      const by = new Map((await looked).rows.map((row) => [row.pid, row.by]));
      const still = asking.filter(({ underWay }) => underWay);
      if (still.every(({ pid }) => this.waits(pid, by))) return;
    }
  }

  /** Whether, from waiter to holder, it comes to a session of these that has its answer. */
  private waits(pid: number, by: ReadonlyMap<number, number[]>): boolean {
    const reached = new Set([pid]);
    for (const one of reached) for (const next of by.get(one) ?? []) reached.add(next);
    return this.all.some((session) => reached.has(session.pid) && !session.underWay);
  }

  /** Takes back whatever is open, whoever waits for whom. */
  async rollBack(): Promise<void> {
    const left = new Set(this.all);
    while (left.size > 0) {
      for (const session of left)
        if (!session.underWay) {
          left.delete(session);
          session.send([{ text: 'ROLLBACK' }], () => undefined);
          await session.underWay;
        }
      await this.settle();
    }
  }
}

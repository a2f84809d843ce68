import pg from 'pg';
import { type Fixture, insertStatement } from './rls.fixtures.ts';
import { type Context, type Operation, type Outcome, type Role, STATES, type State } from './rls.types.ts';

/** The organization that is set and the one whose rows are meant. */
const ORGANIZATIONS: Readonly<Record<Context, { readonly set: string | undefined; readonly meant: string }>> = {
  own: { set: 'org-a', meant: 'org-a' },
  other: { set: 'org-a', meant: 'org-b' },
  none: { set: undefined, meant: 'org-a' },
};

/** What the role can do with the rows of the table in this context; everything it did is rolled back. */
export async function attempt(
  admin: pg.Client,
  target: { readonly table: string; readonly fixture: Fixture; readonly role: Role; readonly context: Context },
  operation: Operation,
): Promise<Outcome> {
  const { set, meant } = ORGANIZATIONS[target.context];
  const results = new Map<State, Result>();
  for (const state of STATES) {
    await admin.query('BEGIN');
    try {
      await admin.query(`SET LOCAL ROLE ${target.role}`);
      if (set !== undefined) await admin.query("SELECT set_config('app.current_org_id', $1, true)", [set]);
      results.set(state, await resultOf(admin, statementFor(operation, target, meant, state)));
    } finally {
      await admin.query('ROLLBACK');
    }
  }
  return summary(results);
}

type Result = 'done' | 'nothing' | 'denied' | 'policy';

function statementFor(
  operation: Operation,
  { table, fixture, role }: { readonly table: string; readonly fixture: Fixture; readonly role: Role },
  orgId: string,
  state: State,
): pg.QueryConfig {
  // The directory may read org_id alone, so for it one row is as good as another.
  const where = `WHERE org_id = $1 AND ${role === 'sync_directory' ? '$2' : fixture.marker} = $2`;
  const values = [orgId, state];
  switch (operation) {
    case 'SELECT':
      return { text: `SELECT 1 FROM ${table} ${where}`, values };
    case 'INSERT':
      return insertStatement(table, fixture.row(orgId, state, `new ${state}`));
    case 'UPDATE':
      return { text: `UPDATE ${table} SET ${fixture.change} ${where}`, values };
    case 'DELETE':
      return { text: `DELETE FROM ${table} ${where}`, values };
    case 'TRUNCATE':
      return { text: `TRUNCATE ${table}` };
  }
}

/** Throws any error that is not a refusal: it would hide what is asked. */
async function resultOf(admin: pg.Client, statement: pg.QueryConfig): Promise<Result> {
  try {
    const { command, rowCount } = await admin.query(statement);
    return command === 'TRUNCATE' || (rowCount ?? 0) > 0 ? 'done' : 'nothing';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') {
      if (/row-level security policy/.test(error.message)) return 'policy';
      if (/^permission denied for/.test(error.message)) return 'denied';
    }
    throw error;
  }
}

function summary(results: ReadonlyMap<State, Result>): Outcome {
  const done = STATES.filter((state) => results.get(state) === 'done');
  if (done.length === STATES.length) return 'all';
  const [only] = done;
  if (only) return only;
  const refused = [...results.values()].filter((result) => result !== 'nothing');
  return (refused[0] as Outcome | undefined) ?? 'nothing';
}

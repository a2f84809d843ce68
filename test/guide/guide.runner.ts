import { randomBytes } from 'node:crypto';
import pg from 'pg';
import ts from 'typescript';
import { urlOfRole } from '../../src/database/provision.ts';
import { SqlRoles } from '../../src/tenancy/sql.roles.ts';
import { type Guide, type GuideStatement, readGuide } from './guide.parser.ts';

/** A row as `pg` gives it to the guide's code, which is not typed either. */
// biome-ignore lint/suspicious/noExplicitAny: the guide's own type
export type Row = Record<string, any>;
// biome-ignore lint/suspicious/noExplicitAny: the guide's functions take and return what they like
export type GuideFunction = (...values: any[]) => Promise<any>;
type Scope = Readonly<Record<string, unknown>>;

/** A pool as users of plain SQL make it: the organization is set on each connection, once, when it is opened. */
export function plainSqlPool(connectionString: string, orgId: string): pg.Pool {
  return new pg.Pool({
    connectionString,
    max: 3,
    onConnect: (client) => client.query("SELECT set_config('app.current_org_id', $1, false)", [orgId]),
  });
}

/** A pool of a login that `npm run db:role` makes for `user-7` of the organization, which need not be named any more. */
export async function boundPool(ownerUrl: string, orgId: string): Promise<pg.Pool> {
  const name = `guide_${randomBytes(6).toString('hex')}`;
  const password = await SqlRoles.with(ownerUrl, (roles) => roles.create(name, orgId, 'user-7'));
  return new pg.Pool({ connectionString: urlOfRole(ownerUrl, name, password as string), max: 3 });
}

/** Runs the guide as printed on a pool, and remembers which of its statements reached the database. */
export class GuideRunner {
  readonly guide: Guide = readGuide();
  private readonly ran = new Set<string>();
  /** What the guide's code knows as `pool`. */
  readonly pool: { query(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>> };

  constructor(pool: Pick<pg.Pool, 'query'>) {
    this.pool = {
      query: (text, values) => {
        this.ran.add(text);
        return pool.query<Row>(text, values);
      },
    };
  }

  /** The statements of a ```sql block. */
  sql(section: string): string {
    const found = this.guide.statements.filter((statement) => statement.section === section);
    if (found.length !== 1) throw new Error(`the guide has ${found.length} statements under '${section}'`);
    return (found[0] as GuideStatement).sql;
  }

  /** A function of the guide with its types stripped; `scope` supplies what it leaves to the reader. */
  function(name: string, scope: Scope = {}): GuideFunction {
    const code = this.guide.functions.get(name);
    if (!code) throw new Error(`the guide has no function ${name}`);
    return this.compile(`${code}\nreturn ${name};`, scope) as GuideFunction;
  }

  /** Code that stands outside functions; returns its `rows`. */
  async snippet(section: string, scope: Scope = {}): Promise<Row[]> {
    const code = this.guide.snippets.get(section);
    if (!code) throw new Error(`the guide has no code under '${section}'`);
    return this.compile(`return (async () => { ${code}\nreturn rows; })();`, scope) as Promise<Row[]>;
  }

  /** Statements of these chapters that did not run: a test that runs each must stand where this is asserted. */
  notRun(isMine: (statement: GuideStatement) => boolean): GuideStatement[] {
    return this.guide.statements.filter((statement) => isMine(statement) && !this.ran.has(statement.sql));
  }

  private compile(code: string, scope: Scope): unknown {
    const names = { pool: this.pool, console: silentConsole, ...scope };
    const stripped = ts.transpile(code, { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext });
    return new Function(...Object.keys(names), stripped)(...Object.values(names));
  }
}

const silentConsole = { log: () => {}, error: () => {} };

import pg from 'pg';
import { withOwner } from '../database/owner.client.ts';
import { newPassword } from '../database/provision.ts';

/** A login role for people and services that use plain SQL. */
export interface SqlRole {
  readonly role_name: string;
  readonly org_id: string;
  /** Who the trail names for what the role does. */
  readonly user_id: string;
  readonly created_at: Date;
  /** Whether it reads what may be values of persons. */
  readonly sees_payloads: boolean;
}

/** What one organization's clients can hold of the database's connections. */
const CONNECTIONS = 20;

/** Makes, lists and drops the login roles of auth.sql_roles: as the owner, since no other role may. */
export class SqlRoles {
  private readonly owner: pg.Client;

  private constructor(owner: pg.Client) {
    this.owner = owner;
  }

  static with<T>(ownerUrl: string, work: (roles: SqlRoles) => Promise<T>): Promise<T> {
    return withOwner(ownerUrl, { name: 'roles' }, (owner) => work(new SqlRoles(owner)));
  }

  /**
   * Returns the password, which is stored nowhere. Undefined: the database has a role of that name, whoever made it. The limits are
   * defaults of the session, which the role may change: they are for clients that forget, and hold no attacker.
   */
  async create(name: string, orgId: string, userId: string, seesPayloads = true): Promise<string | undefined> {
    const { rowCount } = await this.owner.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
    if (rowCount !== 0) return undefined;
    const password = newPassword();
    const role = pg.escapeIdentifier(name);
    await this.inTransaction([
      `CREATE ROLE ${role} LOGIN PASSWORD ${pg.escapeLiteral(password)} CONNECTION LIMIT ${CONNECTIONS} IN ROLE ${seesPayloads ? 'sync_sql, sync_sql_payloads' : 'sync_sql'}`,
      `ALTER ROLE ${role} SET timezone TO 'UTC'`,
      `ALTER ROLE ${role} SET statement_timeout TO '30s'`,
      `ALTER ROLE ${role} SET lock_timeout TO '10s'`,
      `ALTER ROLE ${role} SET idle_in_transaction_session_timeout TO '30s'`,
      `INSERT INTO auth.sql_roles (role_name, org_id, user_id)
       VALUES (${[name, orgId, userId].map(pg.escapeLiteral).join(', ')})`,
    ]);
    return password;
  }

  async list(): Promise<SqlRole[]> {
    const { rows } = await this.owner.query<SqlRole>(
      `SELECT r.role_name, r.org_id, r.user_id, r.created_at, EXISTS (
                SELECT FROM pg_auth_members m JOIN pg_roles member ON member.oid = m.member
                 WHERE m.roleid = 'sync_sql_payloads'::regrole AND member.rolname = r.role_name) AS sees_payloads
         FROM auth.sql_roles r ORDER BY r.role_name`,
    );
    return rows;
  }

  /**
   * Connections that it still has find nothing any more. False: no role of auth.sql_roles has that name. After a restore into another
   * cluster the row is there, and the role is not.
   */
  async drop(name: string): Promise<boolean> {
    const { rowCount } = await this.owner.query('SELECT FROM auth.sql_roles WHERE role_name = $1', [name]);
    if (rowCount === 0) return false;
    await this.inTransaction([
      `DELETE FROM auth.sql_roles WHERE role_name = ${pg.escapeLiteral(name)}`,
      `DROP ROLE IF EXISTS ${pg.escapeIdentifier(name)}`,
    ]);
    return true;
  }

  private async inTransaction(statements: readonly string[]): Promise<void> {
    await this.owner.query(`BEGIN; ${statements.join('; ')}; COMMIT`).catch(async (error) => {
      await this.owner.query('ROLLBACK');
      throw error;
    });
  }
}

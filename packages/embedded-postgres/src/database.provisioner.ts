import type pg from 'pg';
import { databaseName, owner, type PostgresCredentials } from './postgres.credentials.ts';
import { asSuperuser } from './superuser.connection.ts';

/** Any number, the same in every process. */
const advisoryLock = 7_367_011;

/**
 * Makes the owner role and its database, or what is missing of them after a start that was killed in between. Other
 * roles are the migrations' business. The caller holds the data folder's lock.
 */
export async function provisionDatabase(port: number, credentials: PostgresCredentials): Promise<void> {
  await asSuperuser({ port, password: credentials.superuser }, async (client) => {
    // The session of a process that was killed while it did the same finishes its statement first.
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
    if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1', owner))) {
      await client.query(`CREATE ROLE ${owner}`);
    }
    // DDL takes no parameters. Each time: this also heals a role made without its attributes or with an older password.
    const password = client.escapeLiteral(credentials.owner);
    await client.query(
      `ALTER ROLE ${owner} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS NOCREATEDB NOREPLICATION PASSWORD ${password}`,
    );
    if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1', databaseName))) {
      await client.query(`CREATE DATABASE ${databaseName} OWNER ${owner} TEMPLATE template0 ENCODING 'UTF8'`);
    }
    await client.query(`ALTER DATABASE ${databaseName} OWNER TO ${owner}`);
    await client.query(`ALTER DATABASE ${databaseName} SET timezone TO 'UTC'`);
  });
}

async function exists(client: pg.Client, query: string, name: string): Promise<boolean> {
  return (await client.query(query, [name])).rows.length > 0;
}

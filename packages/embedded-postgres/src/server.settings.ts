import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomically } from './atomic-file.ts';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';

/** A file and not command-line options: pg_ctl passes those through a shell. */
const settingsFile = 'embedded.conf';

/** Lets the cluster's own configuration read ours last; without ours the server must not start, on the default port. */
export function includeSettings(cluster: string): void {
  appendFileSync(path.join(cluster, 'postgresql.conf'), `\ninclude = '${settingsFile}'\n`);
}

/** Writes the settings the next start of the server reads. */
export function writeSettings(cluster: string, port: number, extra: Readonly<Record<string, string>>): void {
  const settings = {
    ...{ timezone: 'UTC', log_timezone: 'UTC', password_encryption: 'scram-sha-256' },
    ...extra,
    // Last: nothing may widen who can connect.
    ...{ port: String(port), listen_addresses: '127.0.0.1', unix_socket_directories: '' },
  };
  const lines = Object.entries(settings).map(([name, value]) => `${checkName(name)} = ${quote(value)}\n`);
  // 0644: the server may run as another user than we do. It stands in a 0700 folder and holds no secret.
  writeFileAtomically(path.join(cluster, settingsFile), `# Rewritten at each start.\n${lines.join('')}`, 0o644);
}

function checkName(name: string): string {
  if (/^[a-z_][\w.]*$/i.test(name)) return name;
  throw new EmbeddedPostgresError(`"${name}" is not the name of a PostgreSQL setting.`);
}

function quote(value: string): string {
  if (/[\r\n]/.test(value)) throw new EmbeddedPostgresError('The value of a PostgreSQL setting must be one line.');
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

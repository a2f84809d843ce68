import { readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';

/** The user that runs the server when we are root, whom Postgres refuses to serve. */
export interface ServerAccount {
  readonly uid: number;
  readonly gid: number;
}

/** Who must run the server of this cluster folder (which may not exist yet); undefined: we ourselves. */
export function serverAccount(cluster: string): ServerAccount | undefined {
  const self = process.getuid?.();
  if (self === undefined) return undefined;
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (self !== 0) {
    if (owner === undefined || owner.uid === self) return undefined;
    throw new EmbeddedPostgresError(
      `The cluster ${cluster} belongs to another user (uid ${owner.uid}): start as that user, or choose another data folder.`,
    );
  }
  if (owner === undefined) return unprivilegedAccount();
  if (owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  throw new EmbeddedPostgresError(
    `The cluster ${cluster} belongs to root, as whom PostgreSQL refuses to run: give it away with chown -R, e.g. to nobody.`,
  );
}

/** True when the account may enter every folder above `target` and has `rights` (of mode bits 4, 2, 1) to `target` itself. */
export function canReach(target: string, account: ServerAccount, rights: number): boolean {
  const real = realpathSync(target);
  const { root } = path.parse(real);
  for (let folder = path.dirname(real); ; folder = path.dirname(folder)) {
    if (!hasRights(folder, account, 0o1)) return false;
    if (folder === root) break;
  }
  return hasRights(real, account, rights);
}

function unprivilegedAccount(): ServerAccount {
  const entries = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = entries.find((entry) => entry.startsWith(`${name}:`))?.split(':') ?? [];
    if (Number(uid) > 0) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL refuses to run as root and /etc/passwd names neither postgres nor nobody: start as an ordinary user, or set DATABASE_URL.',
  );
}

function hasRights(file: string, account: ServerAccount, rights: number): boolean {
  const { mode, uid, gid } = statSync(file);
  const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
  return ((mode >> shift) & rights) === rights;
}

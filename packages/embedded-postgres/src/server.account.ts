import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import { nativeFolder, type PostgresBinaries } from './postgres.binaries.ts';

/** /var/cache first: many systems delete what lies unused in /tmp for days, under the running server too. */
const copyRoots = ['/var/cache', os.tmpdir()];

/** The user that runs the server when we are root: Postgres refuses to run as root. */
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

/**
 * Binaries that the account can run. A project under /root is closed to every other user; then the package's native folder is
 * copied, once for each build of Postgres, to a folder that only root can write and everybody can read.
 */
export function reachableBinaries(
  binaries: PostgresBinaries,
  account: ServerAccount,
  log: (line: string) => void,
  roots: readonly string[] = copyRoots,
): PostgresBinaries {
  if (canReach(binaries.postgres, account, 0o5)) return binaries;
  const native = nativeFolder(binaries);
  const build = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 16);
  for (const root of roots) {
    const copy = path.join(root, 'sync-operations-postgres', build);
    const copied: PostgresBinaries = {
      initdb: path.join(copy, 'bin', path.basename(binaries.initdb)),
      pg_ctl: path.join(copy, 'bin', path.basename(binaries.pg_ctl)),
      postgres: path.join(copy, 'bin', path.basename(binaries.postgres)),
    };
    if (!prepareParent(root)) continue;
    if (!existsSync(copy)) {
      log(`copying PostgreSQL to ${copy}, where the unprivileged user that runs it can read it…`);
      copyAtomically(native, copy);
    }
    if (canReach(copied.postgres, account, 0o5)) return copied;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and no other user can reach ${native} or a copy under ${roots.join(' or ')}: start as an ordinary user, move the project out of root's home, or set DATABASE_URL.`,
  );
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

/** In a folder that anybody may write, like /tmp, somebody else may have created ours first, with programs of theirs in it. */
function prepareParent(root: string): boolean {
  if (!existsSync(root)) return false;
  const parent = path.join(root, 'sync-operations-postgres');
  try {
    mkdirSync(parent, { recursive: true });
    const { uid } = statSync(parent);
    if (uid !== 0) return false;
    chmodSync(parent, 0o755);
    return true;
  } catch {
    return false;
  }
}

function copyAtomically(native: string, copy: string): void {
  const temporary = mkdtempSync(`${copy}.`);
  try {
    cpSync(native, temporary, { recursive: true, verbatimSymlinks: true });
    // A copied folder takes its mode from our umask.
    for (const entry of readdirSync(temporary, { recursive: true, withFileTypes: true })) {
      if (entry.isDirectory()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
    }
    chmodSync(temporary, 0o755);
    renameSync(temporary, copy);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process that starts at the same time may have finished first.
    if (!existsSync(copy)) throw error;
  }
}

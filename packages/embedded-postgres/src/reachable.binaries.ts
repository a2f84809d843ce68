import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres.error.ts';
import type { PostgresBinaries } from './embedded-postgres.types.ts';
import { nativeFolder } from './library.symlinks.ts';
import { canReach, type ServerAccount } from './server.account.ts';

/** /var/cache first: what lies unused in /tmp for days is swept away on many systems, under the running server too. */
const copyRoots = ['/var/cache', os.tmpdir()];

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

/** In a folder anybody may write, like /tmp, somebody else may have made ours first and filled it with programs of theirs. */
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

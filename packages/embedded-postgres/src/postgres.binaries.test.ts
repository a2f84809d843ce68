import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ensureLibrarySymlinks,
  nativeFolder,
  type PostgresBinaries,
  platformBinaries,
  readVersion,
} from './postgres.binaries.ts';
import { reachableBinaries } from './server.account.ts';

const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };
let folder: string;
let binaries: PostgresBinaries;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'binaries-'));
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true }));

test('a platform without binaries gets an error that asks for a database', async () => {
  await expect(platformBinaries('sunos', 'sparc')).rejects.toThrow(/sunos-sparc: set DATABASE_URL/);
});

test('a package that was not installed says so', async () => {
  const [platform, arch] = process.platform === 'darwin' ? ['linux', 'arm64'] : ['darwin', 'arm64'];
  await expect(platformBinaries(platform, arch)).rejects.toThrow(
    /is not installed: run `npm ci` without --omit=optional/,
  );
});

test('binaries for another machine raise an error that asks for a database', () => {
  const wrong = { initdb: path.join(folder, 'initdb'), pg_ctl: '', postgres: '' };
  expect(() => readVersion(wrong)).toThrow(/does not run on this machine \(ENOENT\): set DATABASE_URL/);
});

describe('a package installed with install scripts off', () => {
  let packageFolder: string;

  beforeEach(async () => {
    packageFolder = path.join(folder, 'package');
    const installed = path.dirname(nativeFolder(await platformBinaries()));
    cpSync(installed, packageFolder, { recursive: true, verbatimSymlinks: true });
    const library = path.join(packageFolder, 'native/lib');
    for (const name of readdirSync(library)) {
      if (lstatSync(path.join(library, name)).isSymbolicLink()) rmSync(path.join(library, name));
    }
    const bin = path.join(packageFolder, 'native/bin');
    binaries = { initdb: `${bin}/initdb`, pg_ctl: `${bin}/pg_ctl`, postgres: `${bin}/postgres` };
  });

  test('gets the links between its libraries, and runs', () => {
    ensureLibrarySymlinks(binaries);
    ensureLibrarySymlinks(binaries);
    expect(readVersion(binaries).major).toBeGreaterThanOrEqual(15);
  });

  if (isRoot) {
    test('is copied once to where root may let another user run it, when it lies under /root', () => {
      ensureLibrarySymlinks(binaries);
      const root = path.join(folder, 'cache');
      cpSync(path.join(packageFolder, 'native/pg-symlinks.json'), path.join(root, 'unrelated'));
      chmodSync(root, 0o755);
      expect(reachableBinaries(binaries, nobody, fail, [root])).toBe(binaries);

      chmodSync(packageFolder, 0o700);
      const lines: string[] = [];
      const copied = reachableBinaries(binaries, nobody, (line) => lines.push(line), [path.join(folder, 'none'), root]);
      expect(copied.postgres.startsWith(root)).toBe(true);
      expect(readVersion(copied)).toEqual(readVersion(binaries));
      expect(reachableBinaries(binaries, nobody, fail, [root])).toEqual(copied);
      expect(lines).toHaveLength(1);

      chmodSync(root, 0o700);
      expect(() => reachableBinaries(binaries, nobody, fail, [root])).toThrow(/start as an ordinary user/);
    });
  } else {
    // Root may write anywhere, whatever the mode says.
    test('says what to do when the links may not be made', () => {
      const library = path.join(packageFolder, 'native/lib');
      chmodSync(library, 0o500);
      try {
        expect(() => ensureLibrarySymlinks(binaries)).toThrow(/lack the link .*`npm rebuild --ignore-scripts=false/);
      } finally {
        chmodSync(library, 0o700);
      }
    });
  }
});

function fail(line: string): never {
  throw new Error(`nothing should be copied: ${line}`);
}

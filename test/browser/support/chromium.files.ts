import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const EXTRACT = fileURLToPath(new URL('chromium.process.ts', import.meta.url));

export interface ChromiumFiles {
  readonly executablePath: string;
  /** What it must be started with besides the caller's own. */
  readonly environment: Record<string, string>;
}

let files: Promise<ChromiumFiles> | undefined;

/** Where the Chromium of @sparticuz/chromium is; extracted by the first who asks and kept for later runs of the same user. */
export function chromiumFiles(): Promise<ChromiumFiles> {
  files ??= findOrExtract();
  return files;
}

async function findOrExtract(): Promise<ChromiumFiles> {
  const user = process.getuid?.() ?? 0;
  // The package's own place is one for all users of a machine and is there before it is complete: so a folder of each user's own.
  const folder = join(tmpdir(), `sync-operations-chromium-${packageVersion()}-${user}`);
  if (!(await belongsTo(user, folder))) await extract(folder);
  return {
    executablePath: join(folder, 'chromium'),
    environment: { FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

/** Complete in another folder, then moved: another process finds all of it or nothing, at any time. */
async function extract(folder: string): Promise<void> {
  const unfinished = await mkdtemp(`${folder}-`);
  try {
    // A process of its own, because the package asks the system for the temporary folder and a worker of the tests must not change its own.
    await promisify(execFile)(process.execPath, [EXTRACT], {
      env: { ...process.env, TMPDIR: unfinished },
    });
    await writeFile(join(unfinished, 'fonts.conf'), fontsConf(folder));
    await rename(unfinished, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function belongsTo(user: number, folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  if (found && process.getuid && found.uid !== user)
    throw new Error(`${folder} belongs to another user: remove it, or set TMPDIR to a folder of your own`);
  return found !== undefined;
}

/** The machine's fonts, if it has any, and the package's, so that text is never empty boxes. */
function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${folder}/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
}

function packageVersion(): string {
  const manifest = join(ROOT, 'node_modules/@sparticuz/chromium/package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

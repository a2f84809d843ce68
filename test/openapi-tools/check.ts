/**
 * Whether openapi.json is clean under the linters that others use, and gives clients that compile. `npm run check:openapi` installs the
 * tools of package.json beside this; they are no dependencies of ours. Prints one line a tool and ends with 1 when one of them finds anything.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.resolve(HERE, '../..');
const DOCUMENT = path.join(ROOT, 'openapi.json');
/** Strict, and with the declarations of the clients checked too: their users may have either set. */
const COMPILE = [
  ...['--noEmit', '--strict', '--target', 'es2022', '--module', 'esnext', '--moduleResolution', 'bundler'],
  ...['--lib', 'es2022,dom,dom.iterable', '--allowImportingTsExtensions'],
];

/** No tool tells its maker that it was used, or asks for a newer one. */
const ENVIRONMENT = {
  ...process.env,
  ...{ REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', SCARF_ANALYTICS: 'false' },
};

const start = (tool: string, folder: string, args: readonly string[], cwd: string) =>
  spawnSync(path.join(folder, 'node_modules/.bin', tool), args, { cwd, env: ENVIRONMENT, encoding: 'utf8' });

function run(tool: string, folder: string, args: readonly string[], cwd: string): boolean {
  const { status, stdout, stderr, error } = start(tool, folder, args, cwd);
  if (status === 0) return true;
  console.error(error ?? `${stdout}${stderr}`);
  return false;
}

/** It ends with 0 when there are only warnings, which count here. */
function redocly(): boolean {
  const { stdout, stderr, error } = start(
    'redocly',
    HERE,
    ['lint', DOCUMENT, '--extends=recommended', '--format=json'],
    HERE,
  );
  const isClean = /"problems":\s*\[\s*\]/.test(stdout);
  if (isClean && !error) return true;
  console.error(error ?? `${stdout}${stderr}`);
  return false;
}

const work = mkdtempSync(path.join(tmpdir(), 'openapi-tools-'));
try {
  copyFileSync(path.join(HERE, 'callers.txt'), path.join(work, 'callers.ts'));
  writeFileSync(
    path.join(work, 'orval.config.mjs'),
    `export default { api: { input: ${JSON.stringify(DOCUMENT)}, output: { target: './orval.ts', client: 'fetch' } } };`,
  );
  const checks: [name: string, check: () => boolean][] = [
    ['redocly', redocly],
    [
      'spectral',
      () => run('spectral', HERE, ['lint', DOCUMENT, '-r', path.join(HERE, '.spectral.yaml'), '-F', 'hint'], HERE),
    ],
    [
      'openapi-typescript',
      () => run('openapi-typescript', HERE, [DOCUMENT, '-o', path.join(work, 'openapi-typescript.d.ts')], work),
    ],
    ['orval', () => run('orval', HERE, ['--config', 'orval.config.mjs'], work)],
    ['@hey-api/openapi-ts', () => run('openapi-ts', ROOT, ['-i', DOCUMENT, '-o', path.join(work, 'hey-api')], work)],
    ['their clients compile', () => run('tsc', HERE, [...COMPILE, 'callers.ts'], work)],
  ];
  for (const [name, check] of checks) {
    const isClean = check();
    console.log(`${isClean ? 'ok    ' : 'FAILED'} ${name}`);
    if (!isClean) process.exitCode = 1;
  }
} finally {
  rmSync(work, { recursive: true });
}

import { execFile } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The packages as `npm pack` makes them, unpacked into an empty project: what somebody outside of this repository gets.

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TSC_5_9 = join(ROOT, 'test/clients/typescript-5.9/node_modules/typescript/bin/tsc');
const VITE = join(ROOT, 'node_modules/vite/bin/vite.js');
/** What `npm install` of the two packages, react, react-dom and the types of React would bring besides. */
const INSTALLED = ['eventsource', 'react', 'react-dom', '@types/react', '@types/react-dom'];
const PACKAGES = { client: '@sync-operations/client', react: '@sync-operations/react' };

/** Does not compile when a type is `any`, because a package was not found or has no types. */
const USE_OF_TYPES = `
import { createSyncClient, startSync, type Progress } from '@sync-operations/client';
import { SyncProgressDashboard, useSyncProgress, type StreamedSync } from '@sync-operations/react';
export const client = createSyncClient({ baseUrl: 'http://127.0.0.1:3000', apiKey: 'key' });
export const start = () =>
  startSync({ client, body: { sync_id: 'sync-1', entity_type: 'customer', source_system: 'woocommerce' } });
export const percent = (sync: Progress): number => sync.processed_count;
export const syncs = (): readonly StreamedSync[] => useSyncProgress('org-1').syncs;
export const properties: Parameters<typeof SyncProgressDashboard>[0] = { orgId: 'org-1' };
// @ts-expect-error
createSyncClient({ baseUrl: 3000 });
// @ts-expect-error
export const wrong: Parameters<typeof SyncProgressDashboard>[0] = { orgId: 1 };
`;
/** The same work by either kind of module: a client, and the component rendered as a server would. */
const USE_AT_RUN_TIME = `
const client = createSyncClient({ baseUrl: 'http://127.0.0.1:3000', orgId: 'org-1' });
const html = renderToString(createElement(SyncProgressDashboard, { orgId: 'org-1' }));
console.log(JSON.stringify({ baseUrl: client.getConfig().baseUrl, operation: typeof startSync, html }));
`;
const APPLICATION = `
import { createSyncClient, listActiveSyncs } from '@sync-operations/client';
import { SyncProgressDashboard } from '@sync-operations/react';
import '@sync-operations/react/style.css';
import { createRoot } from 'react-dom/client';
void listActiveSyncs({ client: createSyncClient({ baseUrl: '' }) });
createRoot(document.body).render(<SyncProgressDashboard orgId="org-1" />);
`;

let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'sync-operations-packages-'));
  const names = Object.values(PACKAGES);
  const workspaces = names.flatMap((name) => ['--workspace', name]);
  await run('npm', ['pack', '--json', '--offline', '--pack-destination', project, ...workspaces], { cwd: ROOT });
  for (const name of names) {
    const folder = installed(name);
    mkdirSync(folder, { recursive: true });
    const archive = join(project, `${name.replace('@', '').replace('/', '-')}-0.1.0.tgz`);
    await run('tar', ['-xzf', archive, '--strip-components=1', '-C', folder]);
  }
  mkdirSync(installed('@types'));
  for (const name of INSTALLED) symlinkSync(join(ROOT, 'node_modules', name), installed(name), 'dir');
  write('package.json', '{ "private": true, "type": "module" }');
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('the packages of both clients', () => {
  it.each(Object.values(PACKAGES))('%s holds each file that its package.json names, and no tests', (name) => {
    const { exports, main, types } = manifest(name);
    const named = [main, types, ...leaves(exports)];
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((file) => !existsSync(join(installed(name), file)))).toEqual([]);
    expect(globSync('**/*.{test,fixture}.*', { cwd: installed(name) })).toEqual([]);
  });

  it('offer their entry and the stylesheet, nothing deeper', () => {
    expect(Object.keys(manifest(PACKAGES.client).exports)).toEqual(['.']);
    expect(Object.keys(manifest(PACKAGES.react).exports)).toEqual(['.', './style.css']);
  });

  it('import what their package.json asks for, and nothing else', () => {
    expect(importsOf(PACKAGES.client)).toEqual([]);
    expect(importsOf(PACKAGES.react)).toEqual(['eventsource', 'react', 'react/jsx-runtime']);
    const { dependencies, peerDependencies } = manifest(PACKAGES.react);
    expect(Object.keys({ ...dependencies, ...peerDependencies })).toEqual(['eventsource', 'react']);
  });

  it('mark the React package as code for the browser', () => {
    const built = (file: string) => readFileSync(join(installed(PACKAGES.react), file), 'utf8');
    expect(built('dist/index.js')).toMatch(/^["']use client["'];\n/);
    // Directives may stand in any order before the first statement.
    expect(built('dist/cjs/index.js')).toMatch(/^"use strict";\n["']use client["'];\n/);
  });

  it('say in the first line of their README how to get them from this repository', () => {
    for (const name of Object.values(PACKAGES)) {
      const [first] = readFileSync(join(installed(name), 'README.md'), 'utf8').split('\n');
      expect(first).toContain(`npm pack -w ${name}`);
    }
  });
});

describe('in an empty Node project', () => {
  const imports = (by: (names: string, from: string) => string) =>
    [
      by('createSyncClient, startSync', PACKAGES.client),
      by('SyncProgressDashboard', PACKAGES.react),
      by('createElement', 'react'),
      by('renderToString', 'react-dom/server'),
    ].join('\n');

  it.each([
    ['import', 'esm.mjs', imports((names, from) => `import { ${names} } from '${from}';`)],
    ['require', 'cjs.cjs', imports((names, from) => `const { ${names} } = require('${from}');`)],
  ])('%s runs', async (_, file, lines) => {
    write(file, lines + USE_AT_RUN_TIME);
    const { stdout } = await run(process.execPath, [file], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      baseUrl: 'http://127.0.0.1:3000',
      operation: 'function',
      html: expect.stringContaining('class="sync-'),
    });
  });

  it.each([
    ['node10', 'commonjs', ['use.ts']],
    ['node16', 'node16', ['use.mts', 'use.cts']],
    ['nodenext', 'nodenext', ['use.mts', 'use.cts']],
    ['bundler', 'esnext', ['use.ts', 'application.tsx']],
  ])(
    'TypeScript 5.9 checks the types under moduleResolution %s, of libraries, too',
    async (resolution, module, files) => {
      for (const file of files) write(file, file === 'application.tsx' ? APPLICATION : USE_OF_TYPES);
      write('style.d.ts', `declare module '*.css';`);
      const options = [
        '--moduleResolution',
        resolution,
        '--module',
        module,
        '--skipLibCheck',
        'false',
        '--skipDefaultLibCheck',
      ];
      const target = ['--target', 'es2022', '--lib', 'es2022,dom,dom.iterable', '--jsx', 'react-jsx'];
      const all = ['--noEmit', '--strict', ...options, ...target, 'style.d.ts', ...files];
      await expect(compilerOutput(all)).resolves.toBe('');
    },
  );
});

it('an empty Vite application with React bundles component, client and stylesheet', async () => {
  write(
    'index.html',
    '<!doctype html><html lang="en"><body><script type="module" src="/application.tsx"></script></body></html>',
  );
  write('application.tsx', APPLICATION);
  await run(process.execPath, [VITE, 'build', '--logLevel', 'error'], { cwd: project });
  const bundled = (extension: string) =>
    globSync(`dist/assets/*.${extension}`, { cwd: project }).map((file) => readFileSync(join(project, file), 'utf8'));
  // Words of the stream, of the component and of the client.
  for (const part of ['text/event-stream', 'sync-card', '/api/sync/progress'])
    expect(bundled('js').join()).toContain(part);
  expect(bundled('css').join()).toContain('.sync-card');
});

interface Manifest {
  readonly main: string;
  readonly types: string;
  readonly exports: Readonly<Record<string, Targets>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
type Targets = string | { readonly [condition: string]: Targets };

function installed(name: string): string {
  return join(project, 'node_modules', name);
}

function manifest(name: string): Manifest {
  return JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8'));
}

function leaves(targets: Targets): string[] {
  return typeof targets === 'string' ? [targets] : Object.values(targets).flatMap(leaves);
}

/** The packages that the built files import. */
function importsOf(name: string): string[] {
  const files = globSync('dist/**/*.{js,d.ts}', { cwd: installed(name) });
  const specifiers = files.flatMap((file) => {
    const source = readFileSync(join(installed(name), file), 'utf8');
    return [...source.matchAll(/(?:\bfrom |\bimport |\brequire\(|\bimport\()["']([^."'][^"']*)["']/g)].map(
      (match) => match[1],
    );
  });
  return [...new Set(specifiers as string[])].sort();
}

function write(file: string, content: string): void {
  writeFileSync(join(project, file), content);
}

/** What the compiler complains of: nothing when all is well. */
async function compilerOutput(options: string[]): Promise<string> {
  try {
    return (await run(process.execPath, [TSC_5_9, ...options], { cwd: project })).stdout;
  } catch (error) {
    return (error as { stdout: string }).stdout || String(error);
  }
}

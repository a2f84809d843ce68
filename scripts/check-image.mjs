import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '../packages/embedded-postgres/src/index.ts';

// npm run check:image, after npm run build: does by hand what the Dockerfile does, where there is no Docker. Reads from it which files are copied
// and what is run, installs production dependencies alone in an empty folder, and runs migration, service and health check there, on a real
// Postgres; as a user who may write nowhere, as the image is meant to be run: without root, and with a root that is read-only.

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const [, build = '', image = ''] = readFileSync('Dockerfile', 'utf8').split(/^FROM /m);
const folder = mkdtempSync(join(tmpdir(), 'sync-operations-image-'));
const app = join(folder, 'app');
const nobody = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {};
let postgres;
let service;
try {
  for (const [, files] of build.matchAll(/^COPY (.*package\.json.*) \S+$/gm))
    for (const file of files.split(' ')) copy(file, file);
  run('npm', [
    'ci',
    '--omit=dev',
    '--omit=optional',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  for (const [, from, to] of image.matchAll(/^COPY --from=build \/app\/(\S+) \.\/(\S*)$/gm))
    if (from !== 'node_modules') copy(from, to.endsWith('/') || to === '' ? join(to, from.split('/').at(-1)) : to);
  chmodSync(folder, 0o755);
  makeReadOnly(app);

  postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), log: () => undefined });
  run(process.execPath, ['scripts/sync-operations.mjs', 'provision'], {
    MIGRATION_DATABASE_URL: postgres.ownerUrl,
    SYNC_APP_PASSWORD: 'a-password-of-the-check',
  });
  const url = new URL(postgres.ownerUrl);
  Object.assign(url, { username: 'sync_app', password: 'a-password-of-the-check' });
  const variables = {
    DATABASE_URL: url.href,
    SYNC_ENCRYPTION_KEYS: `check:${Buffer.alloc(32, 1).toString('base64')}`,
    PORT: '0',
  };
  const [, ...command] = JSON.parse(/^CMD (\[.*\])$/m.exec(image)[1]);
  service = spawn(process.execPath, command, {
    cwd: app,
    env: environment(variables),
    stdio: ['ignore', 'pipe', 'inherit'],
    ...nobody,
  });
  const address = await listening(service);
  const [, ...healthcheck] = JSON.parse(/^ {2}CMD (\[.*\])$/m.exec(image)[1]);
  run(process.execPath, healthcheck, { PORT: new URL(address).port });
  service.kill('SIGTERM');
  const [code] = await once(service, 'exit');
  if (code !== 0) throw new Error(`the service ended with code ${code}`);
  console.log('The image installs, migrates, serves, is healthy and stops.');
} finally {
  service?.kill('SIGKILL');
  await postgres?.stop();
  makeWritable(app);
  rmSync(folder, { recursive: true, force: true });
}

function copy(from, to) {
  mkdirSync(dirname(join(app, to)), { recursive: true });
  cpSync(from, join(app, to), { recursive: true, filter: (path) => !path.includes('compile-cache') });
}

/** For its own user, too, whom the files belong to when it is not root who starts this. */
function makeReadOnly(path) {
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    if (!entry.isSymbolicLink()) chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o555 : 0o444);
  chmodSync(path, 0o555);
}

/** So that it can be removed. */
function makeWritable(path) {
  if (!existsSync(path)) return;
  chmodSync(path, 0o755);
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) makeWritable(join(path, entry.name));
}

function environment(variables) {
  return { PATH: process.env.PATH, HOME: folder, NODE_ENV: 'production', ...variables };
}

/** In the image, as its user but for the installation. */
function run(program, args, variables = {}) {
  const user = program === 'npm' ? {} : nobody;
  // npm with what leads it to the registry.
  const env = program === 'npm' ? process.env : environment(variables);
  const { status, stderr } = spawnSync(program, args, {
    cwd: app,
    env,
    encoding: 'utf8',
    ...user,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ').slice(0, 80)} ended with code ${status}: ${stderr}`);
}

async function listening(child) {
  for await (const line of createInterface(child.stdout)) {
    const address = /listens on (http:\S+)/.exec(line)?.[1];
    if (address) return address;
  }
  throw new Error('the service ended before it listened');
}

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// npm run build [-- service | dashboard | handbook]: builds what is not built yet, and says so. A stamp in dist holds the hash of the
// sources and the time of the output, so that a branch that comes back, another lockfile or an edit is noticed, and a mere
// touch is not. Plain JavaScript, because `npm start` must get as far as its sentence about too old a Node.

/** Both parts depend on the packages and on what configures them. */
const COMMON = ['package.json', 'package-lock.json', 'scripts/build.mjs'];
const PARTS = {
  service: {
    sources: [...COMMON, 'src', 'migrations', 'packages', 'nest-cli.json', '.swcrc', 'scripts/bundle.mjs'],
    // What was deleted from the sources must not run; a migration is found by its file.
    outdated: ['dist/src', 'dist/migrations'],
    // Also the first: what `npm run dev` builds is read by the bundle, and is no output of ours.
    outputs: ['dist/src/main.js', 'dist/bundle/main.js'],
    commands: [['node_modules/@nestjs/cli/bin/nest.js', 'build'], ['scripts/bundle.mjs']],
  },
  dashboard: {
    sources: [...COMMON, 'web', 'clients'],
    outdated: [],
    outputs: ['dist/web/index.html'],
    commands: [['node_modules/vite/bin/vite.js', 'build', 'web', '--logLevel', 'warn']],
  },
  handbook: {
    sources: [
      ...[...COMMON, 'docs', 'sandbox/README.md'],
      ...['typescript', 'python', 'react', 'mcp'].map((client) => `clients/${client}/README.md`),
    ],
    outdated: [],
    outputs: ['dist/handbook/inline-scripts.json'],
    commands: [['node_modules/vitepress/bin/vitepress.js', 'build', 'docs']],
  },
};
/** The handbook takes longer than all the rest, and is needed by nobody who tries the service. */
const USUAL = ['service', 'dashboard'];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : USUAL;
const stale = wanted.map((name) => ({ name, hash: hashOf(PARTS[name].sources) })).filter((part) => !isBuilt(part));
if (stale.length > 0) {
  console.log(
    `Building the ${stale.map(({ name }) => name).join(' and the ')}, as the sources are new or have changed…`,
  );
  const started = Date.now();
  const built = await Promise.all(stale.map(build));
  if (built.includes(false)) process.exit(1);
  console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

// Loading takes a second or more.
if (process.env.npm_lifecycle_event === 'start') console.log('Sync Operations starts…');

function hashOf(paths) {
  const hash = createHash('sha256');
  for (const file of paths.flatMap(filesOf)) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

/** Sorted; without the tests, and what is made of the sources. */
function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && name !== 'dist' && !/\.test\.tsx?$/.test(name))
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

function isBuilt({ name, hash }) {
  const { outputs } = PARTS[name];
  const stamp = stampOf(name);
  return [...outputs, stamp].every(existsSync) && readFileSync(stamp, 'utf8') === stampText(hash, outputs);
}

/** With the times of the outputs: whoever else builds into dist, such as `npm run dev`, makes the stamp invalid. */
function stampText(hash, outputs) {
  return `${[hash, ...outputs.map((output) => statSync(output).mtimeMs)].join(' ')}\n`;
}

function stampOf(name) {
  return `dist/${name}.stamp`;
}

/** False: it failed, and said why. */
async function build({ name, hash }) {
  const { outdated, outputs, commands } = PARTS[name];
  rmSync(stampOf(name), { force: true });
  for (const folder of outdated) rmSync(folder, { recursive: true, force: true });
  for (const command of commands) {
    const { code, said } = await run(command);
    if (code !== 0) {
      console.error(`${said}\nThe ${name} could not be built.`);
      return false;
    }
  }
  mkdirSync('dist', { recursive: true });
  // Of the sources as they were when it began: an edit made meanwhile is built the next time.
  writeFileSync(stampOf(name), stampText(hash, outputs));
  return true;
}

async function run(command) {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  }
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, said };
}

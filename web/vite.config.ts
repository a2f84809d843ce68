import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = resolve(import.meta.dirname, '../dist/web');

/** Compressed once here, so that the service does not do it for each browser. Images are small already. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle(_, bundle) {
      for (const name of Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))) {
        const content = readFileSync(join(OUT, name));
        writeFileSync(join(OUT, `${name}.gz`), gzipSync(content, { level: 9 }));
        writeFileSync(join(OUT, `${name}.br`), brotliCompressSync(content));
      }
    },
  };
}

const SERVICE = `http://127.0.0.1:${process.env.PORT ?? 3000}`;

/** `npm run dev` serves the sources and passes the rest on to the service. */
export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  plugins: [compressed()],
  // The first one: packages of this repository from their sources. The others are vite's own, which a list replaces.
  resolve: {
    conditions: ['@sync-operations/source', 'module', 'browser', mode === 'production' ? 'production' : 'development'],
  },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    // What knows light-dark() and nesting, so that the styles need no detours.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // No inline data: the page's policy has no need for it.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // Packages mark what only a browser runs; all of this does.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
  server: {
    proxy: {
      '/api': SERVICE,
      '/session': SERVICE,
      '/sign-in': SERVICE,
      '/sign-out': SERVICE,
    },
  },
}));

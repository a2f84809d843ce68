import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const OUT = resolve(import.meta.dirname, '../dist/web');

/** Compresses the files once at build time, so that the service does not compress them for each request. */
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

/**
 * What every page needs, in one file: the bundler would make a file of whatever the first page shares with some of the others, and each
 * costs a kilobyte of headers and compresses by itself. What belongs to lists that grow is left to the pages that have one.
 */
const OF_EVERY_PAGE =
  /node_modules\/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store|@tanstack\/(query-core|react-query))\/|clients\/typescript\/src\/|web\/src\/(api|ui\/(button|icon|loading|note))/;
const OF_SOME_PAGES = /infinite/i;

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
    // The first browsers with light-dark() and CSS nesting.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    // No data: URLs, because the policy of the page does not allow them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [{ name: 'base', test: (id) => OF_EVERY_PAGE.test(id) && !OF_SOME_PAGES.test(id) }],
        },
      },
      // Packages mark browser-only modules with "use client"; all of these are.
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

import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newFolder } from './service-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A release that is made up, as it would be built: of this tree, with what the one after it may change. */
export interface NextRelease {
  /** The service. */
  readonly main: string;
  /** The command line. */
  readonly commands: string;
}

/** By the rules of CONTRIBUTING.md: it only adds. The tables are changed in this order, `sync_progress` first. */
const MIGRATION = `
import { protectTenantTable } from './support.js';

export class NextRelease9999 {
  name = 'next-release-0000000009999';

  async up(db) {
    await db.query("ALTER TABLE public.sync_progress ADD COLUMN next_note text NOT NULL DEFAULT 'none'");
    await db.query("CREATE TABLE public.next_things (org_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (org_id, id))");
    await protectTenantTable(db, 'public.next_things');
    await db.query("ALTER TABLE public.sync_connections ADD COLUMN next_note text NOT NULL DEFAULT 'none'");
  }

  async down(db) {
    await db.query('DROP TABLE public.next_things');
    for (const table of ['sync_progress', 'sync_connections']) await db.query(\`ALTER TABLE public.\${table} DROP COLUMN next_note\`);
  }
}
`;

const NEW_FUNCTION = `
CREATE OR REPLACE FUNCTION app.next_note(note text) RETURNS text
LANGUAGE sql IMMUTABLE SECURITY INVOKER
SET search_path = pg_catalog, pg_temp
RETURN 'next: ' || note;
REVOKE ALL ON FUNCTION app.next_note(text) FROM PUBLIC, sync_app, sync_maintenance, sync_directory, sync_sql;
GRANT EXECUTE ON FUNCTION app.next_note(text) TO sync_app;
`;

/** In a temporary folder, from dist, which has to be built. */
export function makeNextRelease(): NextRelease {
  const folder = newFolder();
  const at = (path: string) => join(folder, path);
  mkdirSync(at('dist'));
  for (const part of ['dist/src', 'dist/migrations'])
    cpSync(join(ROOT, part), at(part), { recursive: true, filter: (path) => !path.endsWith('.map') });
  copyFileSync(join(ROOT, 'package.json'), at('package.json'));
  symlinkSync(join(ROOT, 'node_modules'), at('node_modules'));

  writeFileSync(at('dist/migrations/9999-next-release.js'), MIGRATION);
  change(at('dist/migrations/index.js'), /\n\];/, ',\n    NextRelease9999\n];');
  change(at('dist/migrations/index.js'), /^/, `import { NextRelease9999 } from './9999-next-release.js';\n`);
  // The function of the hot path, with another body.
  change(at('dist/src/progress/sql/report_progress.sql'), /\nBEGIN\n/, '\nBEGIN\n  -- Of the next release.\n');
  writeFileSync(at('dist/src/progress/sql/next_note.sql'), NEW_FUNCTION);
  return { main: at('dist/src/main.js'), commands: at('dist/src/commands/sync-operations.js') };
}

function change(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!from.test(text)) throw new Error(`${file} has no ${from}`);
  writeFileSync(file, text.replace(from, to));
}

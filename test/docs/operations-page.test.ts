import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '@sync-operations/embedded-postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asSuperuser, contentOf, fill, startServer } from '../commands/backup.support.ts';
import { cleanUp, newFolder } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';

const page = readFileSync('docs/operations.md', 'utf8');

/** The commands of a section, a block each, as an operator pastes them. */
const blocksOf = (title: string): string[] => {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  return [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block as string);
};

let old: EmbeddedPostgres;
let fresh: EmbeddedPostgres;

beforeAll(async () => {
  [old, fresh] = await Promise.all([startServer(), startServer()]);
  await fill(old);
});
afterAll(async () => {
  await Promise.all([old?.stop(), fresh?.stop()]);
  await cleanUp();
});

/** In a shell, which ends at the first command that fails. */
async function run(block: string, variables: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const { PATH = '', HOME = '' } = process.env;
  const shell = spawn('sh', ['-ec', block], { env: { PATH, HOME, ...variables }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (text) => (output += text));
  const [code] = await once(shell, 'close');
  return { code, output };
}

it('every section that backs up or restores shows its commands', () => {
  expect(['Back up', 'Restore', 'Upgrade Postgres'].map((title) => blocksOf(title).length)).toEqual([1, 2, 1]);
  expect([...page.matchAll(/^```/gm)]).toHaveLength(8);
});

it('the commands to back up and restore bring back what was deleted', async () => {
  const variables = { OWNER_URL: old.ownerUrl, FILE: join(newFolder(), 'monday.backup') };
  const before = await contentOf(asSuperuser(old));
  const [backUp = ''] = blocksOf('Back up');
  expect(await run(backUp, variables)).toMatchObject({ code: 0 });
  await sql(asSuperuser(old), 'TRUNCATE public.sync_progress CASCADE');
  const [restore = '', replace = ''] = blocksOf('Restore');
  const refused = await run(restore, variables);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('add --replace to delete all that it holds');
  expect(await run(replace, variables)).toMatchObject({ code: 0 });
  expect(await contentOf(asSuperuser(old))).toEqual(before);
});

it('the commands of an upgrade fill the new server and print the URL for the service', async () => {
  const [upgrade = ''] = blocksOf('Upgrade Postgres');
  const file = join(newFolder(), 'upgrade.backup');
  const { code, output } = await run(upgrade, {
    ...{ OLD_OWNER_URL: old.ownerUrl, NEW_OWNER_URL: fresh.ownerUrl },
    FILE: file,
  });
  expect(code, output).toBe(0);
  expect(output).toMatch(/^DATABASE_URL=postgres/m);
  expect(await contentOf(asSuperuser(fresh))).toEqual(await contentOf(asSuperuser(old)));
});

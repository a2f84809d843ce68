import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from '../../src/commands/config/config.document.ts';
import { startTestService, type TestService } from '../support/test-service.ts';
import { commandsOf, PAGES, runShell } from './page.commands.ts';

let service: TestService;
let variables: Record<string, string>;
beforeAll(async () => {
  service = await startTestService();
  const key = await service.createKey({ orgId: null });
  variables = {
    URL: `${service.url}/api/sync`,
    KEY: key,
    MIGRATION_DATABASE_URL: service.database.ownerUrl,
  };
});
afterAll(() => service.close());

const runPage = (page: string) => runShell(commandsOf(page), variables);

describe('The commands of', () => {
  it('"Your first sync in five minutes" take a sync from its start to its entry in the trail', async () => {
    const { code, lines } = await runPage('docs/first-sync.md');
    expect(code, lines.join('\n')).toBe(0);
    const answers = lines.map((line) => JSON.parse(line));
    expect(answers.map(({ status, processed_count }) => [status, processed_count])).toEqual([
      ['running', 0],
      ['running', 20],
      ['running', 39],
      ['completed_with_errors', undefined],
      ['completed_with_errors', 49],
      [undefined, undefined],
    ]);
    const types = answers.at(-1).items.map(({ activity_type }: { activity_type: string }) => activity_type);
    expect(types).toEqual(['sync_completed', 'batch_process']);
  });

  it('"Reporting from your service" make a key and take a sync to its confirmed cancel', async () => {
    const { code, lines } = await runPage('docs/reporting.md');
    expect(code, lines.join('\n')).toBe(0);
    expect(lines.filter((line) => line.startsWith('syk_'))).toHaveLength(1);
    const answers = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
    expect(answers.map(({ status, cancel_requested }) => [status, cancel_requested])).toEqual([
      ['running', false],
      ['running', false],
      ['running', true],
      ['running', true],
      ['cancelled', true],
    ]);
    expect(answers.at(-1)).toMatchObject({ processed_count: 310, checkpoint: { page: 3 } });
  });
});

it('the example of docs/config.md is a document that apply takes', () => {
  const [, example = ''] = /^```yaml\n(.*?)^```$/ms.exec(readFileSync('docs/config.md', 'utf8')) ?? [];
  const { schedules, alert_rules } = parseDocument(example);
  expect(schedules.map(({ destination }) => destination)).toEqual(['Main Odoo']);
  expect(alert_rules.map(({ kind }) => kind)).toEqual(['stale']);
});

it.each(PAGES)('the links of %s lead to files, and its npm scripts exist', (page) => {
  const text = readFileSync(page, 'utf8');
  const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target as string);
  const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(dirname(page), link)));
  expect(broken).toEqual([]);
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [...text.matchAll(/npm run (?:--silent )?([a-z:-]+)/g)].map(([, name]) => name as string);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

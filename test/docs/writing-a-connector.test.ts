import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { settingsSchemaOf } from '../../src/connectors/catalogue/common.settings.ts';
import { validate } from '../../src/connectors/catalogue/settings.schema.ts';
import { csv } from '../../src/connectors/csv/csv.connector.ts';

const PAGE = 'docs/writing-a-connector.md';
const page = readFileSync(PAGE, 'utf8');
const blocks = [...page.matchAll(/^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm)].map(([, language, path, text]) => ({
  language,
  path: path as string,
  text: text as string,
}));
const quotes = blocks.filter(({ language }) => language === 'ts');

it('every piece of TypeScript on the page says which file it is of', () => {
  expect(quotes.length).toBeGreaterThan(10);
  expect(quotes.filter(({ path }) => !existsSync(path))).toEqual([]);
});

it.each(quotes.map(({ path, text }) => [path, text] as const))('the page quotes %s as it is', (path, text) => {
  // A line at a time, so that a quote of a part of a line counts as none.
  expect(`\n${readFileSync(path, 'utf8')}`).toContain(`\n${text}`);
});

it('the service accepts the connection on the page', () => {
  const example = JSON.parse(blocks.find(({ language }) => language === 'json')?.text ?? '');
  const { description } = csv;
  expect(example.system).toBe(description.system);
  expect(validate(settingsSchemaOf(description), example.settings, '#/settings').errors).toEqual([]);
  expect(validate(description.credentials, example.credentials, '#/credentials').errors).toEqual([]);
});

it('the page names every file of the connector, every common setting, and no file that is not there', () => {
  const common = Object.keys(
    settingsSchemaOf({ ...csv.description, settings: { type: 'object', properties: {} } }).properties,
  );
  expect(common.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  const named = [...page.matchAll(/`(csv\.[a-z]+\.ts)`/g)].map(([, name]) => `src/connectors/csv/${name}`);
  const linked = [...page.matchAll(/\]\((\.[^)#]+)\)/g)].map(([, target]) => join(dirname(PAGE), target as string));
  expect([...named, ...linked].filter((path) => !existsSync(path))).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { Principal } from '../../src/auth/principal.ts';
import { CatalogueService } from '../../src/connectors/catalogue/catalogue.service.ts';
import { settingsSchemaOf } from '../../src/connectors/catalogue/common.settings.ts';
import { CONNECTORS } from '../../src/connectors/connector.registry.ts';
import type { SettingsSchema } from '../../src/connectors/contract/connector.types.ts';
import { runAsTenant } from '../../src/tenancy/tenant.context.ts';

const page = (name: string) => readFileSync(`docs/${name}.md`, 'utf8');
const NONE: SettingsSchema = { type: 'object', properties: {} };

/** What GET /connectors returns. */
const principal: Principal = { kind: 'key', name: 'k', userId: null, orgId: 'o', scopes: [], expiresAt: null };
const { items } = runAsTenant({ orgId: 'o', principal }, () => new CatalogueService(CONNECTORS).list());
const common = settingsSchemaOf({
  system: 'x',
  title: 'X',
  entities: [],
  credentials: NONE,
  settings: NONE,
}).properties;

const cellsOf = (line: string): string[] => line.split(/ ?(?<!\\)\| ?/).slice(1, -1);
const names = (cell = ''): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);

/** Of the table below a header that begins with `first`. */
function rows(text: string, first: string): string[][] {
  const [, body = ''] = text.split(new RegExp(`^\\| ${first} \\|.*\\n\\|[-|]+\\n`, 'm'));
  return (/^(\|.*\n)+/.exec(body)?.[0] ?? '').trim().split('\n').map(cellsOf);
}

/** Setting to its default, as JSON; empty where it has none. */
const written = (text: string): Record<string, string> =>
  Object.fromEntries(rows(text, 'setting').map(([name, value = '']) => [names(name)[0], value.replaceAll('`', '')]));
const known = (properties: SettingsSchema['properties']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, { default: value }]) => [name, JSON.stringify(value) ?? '']),
  );

it('docs/connectors.md has every common setting with its default', () => {
  expect(written(page('connectors'))).toEqual(known(common));
});

it.each(items)('docs/$system.md has every setting and credential, and no other', ({ system, ...connector }) => {
  const { properties } = connector.settings as SettingsSchema;
  const own = Object.entries(properties).filter(([name]) => !Object.hasOwn(common, name));
  expect(written(page(system))).toEqual(known(Object.fromEntries(own)));
  const { properties: secrets } = connector.credentials as SettingsSchema;
  expect(names(page(system))).toEqual(expect.arrayContaining(Object.keys(secrets)));
  expect(/^## Webhooks$/m.test(page(system))).toBe(connector.webhooks);
});

it.each(items.filter(({ system }) => system !== 'csv'))(
  'docs/$system.md has every field with its direction',
  ({ system, entities }) => {
    const shown = rows(page(system), 'entity').map(([entity, fields, directions]) => [
      entity,
      names(fields).sort(),
      names(directions).sort(),
    ]);
    expect(shown).toEqual(
      entities.map(({ entity_type, fields, default_directions = {} }) => [
        entity_type,
        [...fields].sort(),
        Object.keys(default_directions).sort(),
      ]),
    );
    // The page describes no other direction than this one.
    const directions = entities.flatMap(({ default_directions = {} }) => Object.values(default_directions));
    expect(new Set(directions)).toEqual(new Set(['read']));
  },
);

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONNECTORS } from '../connector.registry.ts';
import type { SettingsSchema } from '../contract/connector.types.ts';
import { settingsSchemaOf } from './common.settings.ts';
import { validate, withDefaults } from './settings.schema.ts';

const schema: SettingsSchema = {
  type: 'object',
  required: ['key'],
  properties: {
    key: { type: 'string', title: 'Key', maxLength: 10 },
    size: { type: 'integer', title: 'Size', minimum: 1, maximum: 9, default: 5 },
    share: { type: 'number', title: 'Share' },
    on: { type: 'boolean', title: 'On', default: false },
    list: { type: 'array', title: 'List', enum: ['a', 'b'] },
    map: { type: 'object', title: 'Map', maxLength: 20 },
    mode: { type: 'string', title: 'Mode', enum: ['fast', 'safe'] },
  },
};

const details = (given: Record<string, unknown>) =>
  validate(schema, given, '#/it').errors.map(({ pointer, detail }) => `${pointer} ${detail}`);

describe('a schema of settings', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ key: 'k', size: 9, share: 0.5, on: true, list: ['a'], map: { a: 1 }, mode: 'fast' }, []],
    [{}, ['#/it/key is required']],
    [{ key: null }, ['#/it/key is required']],
    [{ key: '' }, ['#/it/key must not be empty']],
    [{ key: 1 }, ['#/it/key must be text']],
    [{ key: 'x'.repeat(11) }, ['#/it/key must not be longer than 10 characters']],
    [{ key: 'k', size: 1.5 }, ['#/it/size must be a whole number']],
    [{ key: 'k', size: 0 }, ['#/it/size must not be less than 1']],
    [{ key: 'k', size: 10 }, ['#/it/size must not be greater than 9']],
    [{ key: 'k', share: '1' }, ['#/it/share must be a number']],
    [{ key: 'k', on: 'true' }, ['#/it/on must be true or false']],
    [{ key: 'k', list: {} }, ['#/it/list must be an array']],
    [{ key: 'k', list: ['a', 'c'] }, ['#/it/list must be one of a, b']],
    [{ key: 'k', map: [] }, ['#/it/map must be an object']],
    [{ key: 'k', map: { long: 'x'.repeat(20) } }, ['#/it/map must not be longer than 20 characters']],
    [{ key: 'k', mode: 'slow' }, ['#/it/mode must be one of fast, safe']],
    [{ key: 'k', toString: 'x', 'a~/': 1 }, ['#/it/toString is not a known field', '#/it/a~0~1 is not a known field']],
  ])('%j', (given, expected) => {
    expect(details(given)).toEqual(expected);
  });

  it('repeats no value it refuses', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(schema.properties)), fc.jsonValue()), (given) => {
        const said = JSON.stringify(details({ key: 'hunter2-is-too-long', ...given }));
        expect(said).not.toContain('hunter2');
      }),
    );
  });

  it('fills in defaults, which are valid, and changes nothing that was given', () => {
    fc.assert(
      fc.property(
        fc.record({ size: fc.integer({ min: 1, max: 9 }), on: fc.boolean() }, { requiredKeys: [] }),
        (given) => {
          const filled = withDefaults(schema, { key: 'k', ...given });
          expect(filled).toEqual({ key: 'k', size: 5, on: false, ...given });
          expect(validate(schema, filled, '#').errors).toEqual([]);
        },
      ),
    );
  });
});

describe('the schemas of the registry', () => {
  it('have valid defaults, no secret among the settings, and at least one among the credentials', () => {
    for (const { description } of CONNECTORS) {
      const settings = settingsSchemaOf(description);
      const wrong = validate(settings, withDefaults(settings, {}), '#').errors;
      // What is required has no default; everything else must hold with what it is given.
      expect(wrong.map(({ pointer }) => pointer)).toEqual((settings.required ?? []).map((name) => `#/${name}`));
      expect(Object.values(settings.properties).filter(({ secret }) => secret)).toEqual([]);
      expect(Object.values(description.credentials.properties).some(({ secret }) => secret)).toBe(true);
    }
  });
});

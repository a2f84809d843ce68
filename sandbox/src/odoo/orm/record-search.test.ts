import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelsOf } from '../models/model.registry.ts';
import { InMemoryDatabase } from './database.ts';
import { compileDomain } from './domain.compiler.ts';
import { parseDomain } from './domain.parser.ts';
import type { Environment, OdooVersion } from './model.types.ts';
import { unlinkRecords } from './record.remover.ts';
import { countRecords, searchIds } from './record.search.ts';
import { createRecord, writeRecords } from './record.writer.ts';

const SMALL = { seed: 1, partners: 200, products: 20, orders: 20, login: 'admin' };
const EVERYTHING = { uid: 2, internal: true, context: { active_test: false } };

/** 200 partners, some of them changed, deleted or new. */
function shop(version: OdooVersion): InMemoryDatabase {
  const db = new InMemoryDatabase(version, modelsOf({ ...SMALL, version }), () => Date.UTC(2025, 4, 1, 12));
  db.transaction(EVERYTHING, (env) => {
    writeRecords(env, 'res.partner', [10, 60, 61], { email: 'changed@example.test' });
    unlinkRecords(env, 'res.partner', [30, 199]);
    for (const n of [1, 2, 3])
      createRecord(env, 'res.partner', { name: `New ${n}`, email: `Partner${n}@example.test` });
  });
  return db;
}

const ids = fc.integer({ min: 0, max: 215 });
const dates = fc
  .integer({ min: 0, max: 400 })
  .map((minutes) => new Date(Date.UTC(2025, 4, 1, 9) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' '));
const leaf = fc.oneof(
  fc.tuple(fc.constant('id'), fc.constantFrom('=', '!=', '>', '>=', '<', '<='), ids),
  fc.tuple(fc.constant('id'), fc.constantFrom('in', 'not in'), fc.array(ids, { maxLength: 5 })),
  fc.tuple(fc.constant('write_date'), fc.constantFrom('=', '!=', '>', '>=', '<', '<='), dates),
  fc.tuple(
    fc.constant('email'),
    fc.constantFrom('=', '!=', '=ilike'),
    fc.constantFrom('partner2@example.test', 'PARTNER3@example.test', 'changed@example.test', false),
  ),
  fc.tuple(fc.constant('ref'), fc.constantFrom('in', 'not in'), fc.subarray(['PEER-0001', 'PEER-0054', 'nope'])),
  fc.tuple(fc.constant('parent_id'), fc.constantFrom('=', '!='), fc.oneof(ids, fc.constant(false))),
  fc.tuple(fc.constant('country_id.code'), fc.constantFrom('=', '!='), fc.constantFrom('FR', 'DE')),
  fc.tuple(fc.constant('active'), fc.constant('='), fc.boolean()),
);
const { domain } = fc.letrec<{ domain: unknown[] }>((tie) => ({
  domain: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf.map((one) => [one]),
    tie('domain')
      .map((inner) => ['!', ...inner.slice(0, 1), ...inner.slice(1)])
      .filter((d) => d.length === 2),
    fc.tuple(fc.constantFrom('|', '&'), leaf, leaf).map(([operator, a, b]) => [operator, a, b]),
    fc.tuple(tie('domain'), tie('domain')).map(([a, b]) => [...a, ...b]),
  ),
}));
const orders = fc.constantFrom(
  'id',
  'id desc',
  'write_date, id',
  'write_date desc, id desc',
  'write_date desc, name, id',
  'name, id',
  'email desc, id',
  'country_id, id',
);

describe('A search', () => {
  it.each([18, 19] as const)('on %i finds what reading every record finds, in the same order', (version) => {
    const db = shop(version);
    fc.assert(
      fc.property(domain, orders, fc.nat(220), fc.nat(30), (asked, order, offset, limit) => {
        db.transaction(EVERYTHING, (env) => {
          const test = compileDomain(env, 'res.partner', parseDomain(asked));
          const all = everyPartner(env).filter(test);
          expect([...searchIds(env, 'res.partner', asked, { order: 'id' })]).toEqual(all);
          expect(countRecords(env, 'res.partner', asked)).toBe(all.length);
          const whole = searchIds(env, 'res.partner', asked, { order });
          expect([...whole].sort((a, b) => a - b)).toEqual(all);
          const page = searchIds(env, 'res.partner', asked, { order, offset, limit });
          expect(page).toEqual(limit === 0 ? whole.slice(offset) : whole.slice(offset, offset + limit));
        });
      }),
      { numRuns: 150 },
    );
  });

  const db = shop(19);
  const find = (model: string, asked: unknown[], context = {}) =>
    db.transaction({ uid: 2, context }, (env) => searchIds(env, model, asked, { order: 'id' }));

  it('compares emails with case by =, without by =ilike and ilike', () => {
    const made = find('res.partner', [['name', '=', 'New 2']]);
    expect(find('res.partner', [['email', '=', 'Partner2@example.test']])).toEqual(made);
    expect(find('res.partner', [['email', '=ilike', 'PARTNER2@example.test']])).toEqual([7, ...made]);
    expect(find('res.partner', [['email', 'ilike', 'NER2@exam']])).toEqual([7, ...made]);
    expect(find('res.partner', [['email', '=like', 'partner_@%']])).toEqual([6, 7, 8, 9, 11, 12, 13, 14]);
  });

  it('leaves archived records out unless the context or the domain asks for them', () => {
    const archived = [['ref', 'in', ['PEER-0050', 'PEER-0051']]];
    expect(find('res.partner', archived)).toEqual([56]);
    expect(find('res.partner', archived, { active_test: false })).toEqual([55, 56]);
    expect(find('res.partner', [...archived, ['active', '=', false]])).toEqual([55]);
  });

  it('counts empty values among those that are not equal or not in a list', () => {
    const bare = find('res.partner', [
      ['ref', '=', 'PEER-0020'],
      ['email', '!=', 'x@example.test'],
    ]);
    expect(bare).toEqual(
      find('res.partner', [
        ['ref', '=', 'PEER-0020'],
        ['email', 'not in', ['x@example.test']],
      ]),
    );
    expect(bare).toHaveLength(1);
    expect(
      find('res.partner', [
        ['ref', '=', 'PEER-0020'],
        ['email', '=', false],
      ]),
    ).toEqual(bare);
  });

  it('follows paths, relations by name, and what is below a company', () => {
    expect(find('res.partner', [['country_id', '=', 'France']])).toEqual(
      find('res.partner', [['country_id.code', '=', 'FR']]),
    );
    expect(find('res.partner', [['id', 'child_of', 11]])).toEqual([11, 12, 13]);
    expect(find('sale.order', [['order_line.product_id.default_code', '=', 'SKU-0001']]).length).toBeGreaterThan(0);
    expect(find('product.template', [['default_code', '=', 'SKU-0005']])).toEqual([5]);
  });
});

function everyPartner(env: Environment): number[] {
  return Array.from({ length: 220 }, (_, id) => id).filter((id) => env.db.table('res.partner').has(id));
}

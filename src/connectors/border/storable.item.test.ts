import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalData } from '../canonical/canonical.types.ts';
import { storableItem, storableResult } from './storable.item.ts';
import { MAX_ITEM_BYTES } from './storable.limits.ts';

const itemWith = (data: unknown, external_id = '1') => storableItem({ external_id, data: data as CanonicalData });

function nested(levels: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
}

describe('An item that cannot be stored is a problem that names its field', () => {
  it.each([
    ['unstorable_text', 'first_name', { first_name: 'B\0' }],
    ['unstorable_text', 'billing.city', { email: 'a@shop.example', billing: { city: '\uD800' } }],
    ['unstorable_text', 'name, first_name', { name: 'B\0', first_name: 'B\0', last_name: 'x' }],
    ['unstorable_text', 'variations.0.options', { variations: [{ options: { 'si\0ze': 'M' } }] }],
    ['unstorable_value', 'stock', { stock: Number.POSITIVE_INFINITY }],
    ['unstorable_value', 'stock', { stock: 10n }],
    ['too_deep', 'meta_data', { meta_data: nested(100_000) }],
    ['too_large', 'first_name', { first_name: 'n'.repeat(180 * 1024) }],
    ['too_large', 'sku', { sku: '€'.repeat(200) }],
    ['too_large', 'customer.external_id', { customer: { external_id: 'x'.repeat(1_000) } }],
    ['too_large', 'options', { options: { ['k'.repeat(180 * 1024)]: 'M' } }],
    ['too_large', 'description', { description: 'd'.repeat(MAX_ITEM_BYTES) }],
    ['too_large', 'meta_data', { meta_data: Array.from({ length: 200_000 }, (_, i) => i) }],
  ])('%s: %s', (error_class, field, data) => {
    const item = itemWith(data);
    expect(item).toMatchObject({ external_id: '1', data: null, problem: { error_class } });
    expect(item.problem?.message).toContain(field);
    expect(isStorable(item)).toBe(true);
  });

  it.each([
    ['unstorable_text', 'guest:b\0@shop.example'],
    ['unstorable_text', '\uDC00'],
    ['too_large', 'x'.repeat(3_000)],
    ['no_id', ''],
  ])('%s: an id, which is replaced by one that stays the same', (error_class, id) => {
    const item = itemWith({}, id);
    expect(item).toMatchObject({
      external_id: expect.stringMatching(/^unknown:[0-9a-f]{16}$/),
      problem: { error_class },
    });
    expect(itemWith({}, id).external_id).toBe(item.external_id);
    expect(storableItem({ external_id: id, data: null, deleted: true }).problem?.error_class).toBe(error_class);
  });
});

it('What people enter passes as it is: long descriptions, any script, emoji', () => {
  const item = {
    external_id: 'guest:jürgen@läden.example',
    data: { name: 'Ω 😀 ẞ', description: '<p>…</p>'.repeat(20_000), images: [{ url: 'https://shop.example/a.jpg' }] },
  };
  expect(storableItem(item)).toEqual(item);
});

it('The result of a write whose entry cannot be stored is a failure of that item', () => {
  const data = { name: 'B\0' };
  expect(storableResult({ ok: true, external_id: '7', data })).toMatchObject({
    ok: false,
    problem: { error_class: 'unstorable_text' },
  });
  expect(storableResult({ ok: true, external_id: '7', data: { name: 'B' } })).toMatchObject({ ok: true });
});

it('Whatever a system returns, the item can be hashed and stored, and a sound one passes unchanged', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\0', '\uD800', 'x\uDFFF', '\uD83D\uDE00', 'n'.repeat(20_000)),
    fc.string({ unit: fc.integer({ min: 0xd780, max: 0xe010 }).map((code) => String.fromCharCode(code)) }),
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 6 },
      fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null), fc.bigInt()),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(text, tie('any'), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(text, value, value, fc.nat(80), (external_id, found, raw, levels) => {
      let member = found;
      for (let level = 0; level < levels; level += 1) member = [member];
      const item = { external_id, data: { member } as CanonicalData, raw };
      const stored = storableItem(item);
      expect(isStorable(stored)).toBe(true);
      expect(stored.external_id).not.toBe('');
      expect(() => canonicalize(stored.data)).not.toThrow();
      if (!stored.problem) expect(stored.data).toBe(item.data);
    }),
  );
});

/** As Postgres sees it: JSON escapes what UTF-8 and jsonb do not have. */
function isStorable(value: unknown): boolean {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) < 2 * MAX_ITEM_BYTES && !/(^|[^\\])(\\\\)*\\u(0000|d[89a-f]..)/i.test(text);
}

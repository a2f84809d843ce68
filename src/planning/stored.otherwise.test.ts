import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalCustomer } from '../connectors/canonical/canonical.types.ts';
import type { WriteResult } from '../connectors/contract/connector.types.ts';
import type { ItemPlan } from './plan.types.ts';
import { storedOtherwise, storedOtherwiseMessage } from './stored.otherwise.ts';

const create = (data: CanonicalCustomer): ItemPlan => ({ kind: 'create', data });
const kept = (data: CanonicalCustomer): WriteResult => ({ ok: true, external_id: '7', data });
const fieldsOf = (sent: CanonicalCustomer, has: CanonicalCustomer) =>
  storedOtherwise(create(sent), kept(has)).map(({ field }) => field);

describe('What a destination keeps otherwise than it was sent', () => {
  it('is told: what it cut off, dropped or replaced', () => {
    expect(fieldsOf({ name: 'Ada Lovelace' }, { name: 'Ada' })).toEqual(['name']);
    expect(fieldsOf({ billing: { city: 'Köln' } }, { billing: { city: null } })).toEqual(['billing.city']);
  });

  it('is not what it has only in another form', () => {
    const sent = { name: 'Ada  Lovelace ', email: 'Ada@Shop.example', vat: 'de 136 695 976', phone: '' };
    expect(
      fieldsOf(sent, { name: 'Ada Lovelace', email: 'ada@shop.example', vat: 'DE136695976', phone: null }),
    ).toEqual([]);
    // What it has no place for is not compared.
    expect(fieldsOf({ name: 'Ada', company: 'Engines' }, { name: 'Ada' })).toEqual([]);
  });

  it('is no picture for the address at which the destination keeps it, and one for its text', () => {
    const sent = { images: [{ url: 'https://a.example/lamp.png', alt: 'Lamp' }] };
    const fields = (alt: string) =>
      storedOtherwise(
        { kind: 'create', data: sent },
        { ok: true, external_id: '7', data: { images: [{ url: 'https://b.example/lamp-1.png', alt }] } },
      ).map(({ field }) => field);
    expect([fields('Lamp'), fields('')]).toEqual([[], ['images']]);
  });

  it('is only what the update wrote', () => {
    const plan = {
      ...{ kind: 'update', data: { name: 'Ada', company: 'Engines' } },
      fields: [{ field: 'company', old: 'Old', new: 'Engines' }],
    } as unknown as ItemPlan;
    expect(storedOtherwise(plan, kept({ name: 'Somebody', company: 'Engine' }))).toEqual([
      { field: 'company', old: 'Engine', new: 'Engines' },
    ]);
  });

  it('is nothing when it has all as it was sent, whatever that is', () => {
    const text = fc.option(fc.string(), { nil: null });
    const data = fc.record({ name: text, company: text, phone: text, vat: text, billing: fc.record({ city: text }) });
    fc.assert(
      fc.property(data, (sent) => {
        expect(fieldsOf(sent, structuredClone(sent))).toEqual([]);
      }),
    );
  });

  it('is said in a message of bounded length', () => {
    const fields = Array.from({ length: 9 }, (_, n) => ({ field: `f${n}`, old: 'x'.repeat(999), new: 'y' }));
    const message = storedOtherwiseMessage(fields);
    expect(message).toContain('and 4 more fields');
    expect(message.length).toBeLessThan(600);
  });
});

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { woocommerceWebhooks } from './webhook.payload.ts';

const SECRET = 'shared secret';

function receive(topic: string, payload: unknown, { secret = SECRET, body = JSON.stringify(payload) } = {}) {
  const signature = createHmac('sha256', secret).update(body).digest('base64');
  const headers = { 'x-wc-webhook-topic': topic, 'x-wc-webhook-signature': signature };
  return woocommerceWebhooks.receive({ headers, body: Buffer.from(body) }, SECRET);
}

describe('A webhook of a shop', () => {
  it('says what has changed', () => {
    expect(receive('customer.updated', { id: 7, first_name: 'Zoë' })).toEqual({
      kind: 'change',
      entity_type: 'customer',
      external_id: '7',
      deleted: false,
      delivery_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      names_delivery: false,
    });
    expect(receive('order.deleted', { id: 9 })).toMatchObject({
      entity_type: 'order',
      external_id: '9',
      deleted: true,
    });
    expect(receive('product.restored', { id: 3 })).toMatchObject({ entity_type: 'product', deleted: false });
  });

  it('is the same delivery only with the same topic, id and body', () => {
    const keys = [
      receive('order.updated', { id: 9, total: '1' }),
      receive('order.updated', { id: 9, total: '1' }),
      receive('order.updated', { id: 9, total: '2' }),
      receive('order.created', { id: 9, total: '1' }),
    ].map((event) => event.kind === 'change' && event.delivery_key);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });

  it('of a variation is about its product, which is there also when the variation goes', () => {
    const variation = { id: 24, type: 'variation', parent_id: 23 };
    expect(receive('product.updated', variation)).toMatchObject({ external_id: '23', deleted: false });
    expect(receive('product.deleted', variation)).toMatchObject({ external_id: '23', deleted: false });
  });

  it('is refused when its signature is wrong, missing or made over another body', () => {
    const body = Buffer.from('{"id":7}');
    const topic = { 'x-wc-webhook-topic': 'customer.updated' };
    const refused = expect.objectContaining({ kind: 'auth' });
    expect(() => receive('customer.updated', { id: 7 }, { secret: 'other' })).toThrow(refused);
    expect(() => woocommerceWebhooks.receive({ headers: topic, body }, SECRET)).toThrow(refused);
    const signature = createHmac('sha256', SECRET).update('{"id":8}').digest('base64');
    const headers = { ...topic, 'x-wc-webhook-signature': signature };
    expect(() => woocommerceWebhooks.receive({ headers, body }, SECRET)).toThrow(refused);
    const unsigned = createHmac('sha256', '').update(body).digest('base64');
    expect(() =>
      woocommerceWebhooks.receive({ headers: { ...headers, 'x-wc-webhook-signature': unsigned }, body }, ''),
    ).toThrow(refused);
  });

  it('that greets is ignored though it is unsigned', () => {
    expect(woocommerceWebhooks.receive({ headers: {}, body: Buffer.from('webhook_id=12') }, SECRET)).toMatchObject({
      kind: 'ignored',
    });
  });

  it('about what nobody syncs is ignored', () => {
    expect(receive('coupon.created', { id: 1 })).toMatchObject({ kind: 'ignored' });
    expect(receive('action.woocommerce_add_to_cart', {})).toMatchObject({ kind: 'ignored' });
    expect(receive('customer.updated', {}, { body: 'not json' })).toMatchObject({ kind: 'ignored' });
  });
});

import {
  type OdooSandbox,
  startOdooSandbox,
  startWooCommerceSandbox,
  type WooCommerceSandbox,
} from '@sync-operations/sandbox';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RunsFixture } from '../../runs/runs.support.ts';

const ORG = 'org-pasted';
let fixture: RunsFixture;
let shop: WooCommerceSandbox;
let odoo: OdooSandbox;
beforeAll(async () => {
  [fixture, shop, odoo] = await Promise.all([
    RunsFixture.start(),
    startWooCommerceSandbox({ customers: 0, products: 0, orders: 0 }),
    startOdooSandbox({ version: 19, partners: 0, products: 0, orders: 0 }),
  ]);
});
afterAll(async () => {
  await Promise.all([fixture?.close(), shop?.stop(), odoo?.stop()]);
});

const check = async (id: string) => (await fixture.call(ORG, 'POST', `/connections/${id}/check`)).body;
const baseUrl = async (id: string) => (await fixture.call(ORG, 'GET', `/connections/${id}`)).body.base_url;

it('A key pasted with a blank or a line end works', async () => {
  for (const blank of [' ', '\n', '\u00A0', '\r\n\t', '\u202F', '\u200B', '\uFEFF']) {
    const pasted = (text: string) => `${blank}${text}${blank}`;
    const keys = { consumerKey: pasted(shop.consumerKey), consumerSecret: pasted(shop.consumerSecret) };
    const id = await fixture.connectShop(
      ORG,
      { ...shop, ...keys, url: pasted(shop.url) },
      { home_url: pasted(shop.url) },
    );
    expect(await check(id)).toMatchObject({ ok: true });
    const { database, username, apiKey, url } = odoo;
    const login = { database: pasted(database), username: pasted(username), apiKey: pasted(apiKey), url: pasted(url) };
    expect(await check(await fixture.connectOdoo(ORG, { ...odoo, ...login }))).toMatchObject({ ok: true });
    const changed = await fixture.call(ORG, 'PATCH', `/connections/${id}`, {
      credentials: { consumer_key: pasted(shop.consumerKey), consumer_secret: pasted(shop.consumerSecret) },
    });
    expect(changed.status).toBe(200);
    expect(await check(id)).toMatchObject({ ok: true });
  }
});

it('a key of blanks only is missing, and a webhook secret is as long without them', async () => {
  const body = {
    ...{ name: 'blank', system: 'woocommerce', base_url: shop.url, settings: { allow_http: true } },
    credentials: { consumer_key: ' \u00A0', consumer_secret: 'cs' },
    webhook_secret: `short${' '.repeat(20)}`,
  };
  const { status, body: problem } = await fixture.call(ORG, 'POST', '/connections', body);
  expect([status, problem.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
    422,
    ['#/credentials/consumer_key', '#/webhook_secret'],
  ]);
});

it('An address that ends in /wp-json or /wp-json/wc/v3 is understood', async () => {
  const endings = [
    '/wp-json',
    '/wp-json/',
    '/wp-json/wc/v3/',
    '/wp-admin/edit.php?post_type=product',
    '/my-account',
    '/?a=b',
    '/#top',
  ];
  for (const ending of endings) {
    const id = await fixture.connectShop(ORG, { ...shop, url: shop.url + ending });
    expect([await baseUrl(id), await check(id)]).toEqual([shop.url, expect.objectContaining({ ok: true })]);
  }
  for (const ending of [
    '/web',
    '/web/login?db=x',
    '/odoo',
    '/odoo/contacts/7',
    '/web#action=94',
    '/jsonrpc',
    '?debug=1',
  ]) {
    const id = await fixture.connectOdoo(ORG, { ...odoo, url: odoo.url + ending });
    expect([await baseUrl(id), await check(id)]).toEqual([odoo.url, expect.objectContaining({ ok: true })]);
  }
});

it('a signature that the shop does not accept says that home_url may be another', async () => {
  const id = await fixture.connectShop(ORG, shop, { home_url: 'http://another.example' });
  expect(await check(id)).toMatchObject({
    ok: false,
    error: { kind: 'auth', message: expect.stringContaining('set home_url') },
  });
});

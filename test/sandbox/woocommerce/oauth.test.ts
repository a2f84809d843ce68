import { createHmac } from 'node:crypto';
import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const NOW = Date.UTC(2026, 5, 1, 12);
let nonces = 0;

/** A client of its own making: RFC 5849 without a token. */
function signed(shop: WooCommerceSandbox, query: Record<string, string>, overrides: Record<string, string> = {}) {
  const { oauth_signature, ...changed } = overrides;
  const params: Record<string, string> = {
    ...query,
    oauth_consumer_key: shop.consumerKey,
    oauth_timestamp: String(NOW / 1000),
    oauth_nonce: `n${nonces++}`,
    oauth_signature_method: 'HMAC-SHA256',
    ...changed,
  };
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const url = `${shop.url}/wp-json/wc/v3/customers`;
  const pairs = Object.keys(params).map((name) => `${encode(name)}=${encode(params[name] ?? '')}`);
  const base = `GET&${encode(url)}&${encode(pairs.sort().join('&'))}`;
  const algorithm = params.oauth_signature_method === 'HMAC-SHA1' ? 'sha1' : 'sha256';
  const signature = oauth_signature ?? createHmac(algorithm, `${shop.consumerSecret}&`).update(base).digest('base64');
  return { url, params: { ...params, oauth_signature: signature } as Record<string, string> };
}

async function fetchCode({ url, params }: ReturnType<typeof signed>) {
  const response = await fetch(`${url}?${new URLSearchParams(params)}`);
  const body = await response.json();
  return response.ok ? 'ok' : `${response.status} ${body.message}`;
}

describe('OAuth 1.0a on a plain http shop', () => {
  let shop: WooCommerceSandbox;
  beforeAll(async () => {
    shop = await startWooCommerceSandbox({ customers: 3, treatAsHttps: false, now: () => NOW });
  });
  afterAll(() => shop.stop());

  it.each(['HMAC-SHA1', 'HMAC-SHA256'])('lets in who signs with %s, whatever the query holds', async (method) => {
    const query = { search: "Größe & ~Co's (a+b)", per_page: '2' };
    expect(await fetchCode(signed(shop, query, { oauth_signature_method: method }))).toBe('ok');
  });

  it('also reads the parameters from an Authorization header', async () => {
    const { url, params } = signed(shop, {});
    const header = Object.entries(params).map(([name, value]) => `${name}="${encodeURIComponent(value)}"`);
    const response = await fetch(url, { headers: { authorization: `OAuth ${header.join(', ')}` } });
    expect(response.status).toBe(200);
  });

  it('refuses a request whose query was changed after signing', async () => {
    const { url, params } = signed(shop, { per_page: '2' });
    const tampered = { url, params: { ...params, per_page: '100' } };
    expect(await fetchCode(tampered)).toBe('401 Invalid signature - provided signature does not match.');
  });

  it('accepts a nonce once', async () => {
    const request = signed(shop, {});
    expect(await fetchCode(request)).toBe('ok');
    expect(await fetchCode(request)).toBe('401 Invalid nonce - nonce has already been used.');
  });

  it('accepts timestamps up to 15 minutes off, in either direction', async () => {
    const at = (seconds: number) => signed(shop, {}, { oauth_timestamp: String(NOW / 1000 + seconds) });
    expect(await fetchCode(at(-900))).toBe('ok');
    expect(await fetchCode(at(900))).toBe('ok');
    expect(await fetchCode(at(-901))).toBe('401 Invalid timestamp.');
    expect(await fetchCode(at(901))).toBe('401 Invalid timestamp.');
  });

  it('says what else is wrong: key, method, missing parameters', async () => {
    expect(await fetchCode(signed(shop, {}, { oauth_consumer_key: 'ck_nope' }))).toBe('401 Consumer key is invalid.');
    expect(await fetchCode(signed(shop, {}, { oauth_signature_method: 'PLAINTEXT' }))).toBe(
      '401 Invalid signature - signature method is invalid.',
    );
    expect(await fetchCode(signed(shop, {}, { oauth_signature: '', oauth_nonce: '' }))).toBe(
      '401 Missing OAuth parameters oauth_nonce, oauth_signature',
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AddressRules, normalizeBaseUrl } from './base.url.ts';

const STRICT: AddressRules = { allowHttp: false, allowPrivateAddresses: false };

describe('the address of a system', () => {
  it.each([
    ['https://Shop.Example.com', 'https://shop.example.com'],
    ['https://shop.example.com/', 'https://shop.example.com'],
    ['https://shop.example.com:443/wp//', 'https://shop.example.com/wp'],
    ['https://shop.example.com:8443/wp', 'https://shop.example.com:8443/wp'],
    ['https://läden.example', 'https://xn--lden-loa.example'],
    ['https://203.0.113.9.example.com', 'https://203.0.113.9.example.com'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
  ])('%s is kept as %s', (text, url) => {
    expect(normalizeBaseUrl(text, STRICT)).toEqual({ url });
  });

  it.each([
    ['shop.example.com', /http\(s\) URL/],
    ['ftp://shop.example.com', /http\(s\) URL/],
    ['javascript:alert(1)', /http\(s\) URL/],
    ['https://user@shop.example.com', /must not contain a user/],
    ['https://:pass@shop.example.com', /must not contain a user/],
    ['https://shop.example.com/?consumer_key=x', /must not have a query/],
    ['https://shop.example.com?', /must not have a query/],
    ['https://shop.example.com/#', /or a fragment/],
    ['http://shop.example.com', /must be https/],
    [`https://shop.example.com/${'x'.repeat(2_000)}`, /longer than/],
    ...['localhost', 'LOCALHOST.', 'a.localhost', '127.0.0.1', '2130706433', '0x7f.1', '10.1.2.3', '192.168.0.1'].map(
      (host) => [`https://${host}`, /public internet/] as const,
    ),
    ...['169.254.169.254', '0.0.0.0', '100.64.0.1', '[::1]', '[::ffff:10.0.0.1]', '[fd00::1]', '[fe80::1]'].map(
      (host) => [`https://${host}:8069`, /public internet/] as const,
    ),
  ] as const)('%s is refused', (text, wrong) => {
    expect(normalizeBaseUrl(text, STRICT)).toEqual({ wrong: expect.stringMatching(wrong) });
  });

  it.each([
    ...[
      '/wp-json',
      '/wp-json/',
      '/wp-json/wc/v3/',
      '/WP-JSON/wc/v3',
      '/wp-admin',
      '/wp-admin/admin.php?page=wc-settings',
      '/my-account/',
    ],
    ...[
      '/?rest_route=/wc/v3',
      '?',
      '/#top',
      '/index.php/wp-json',
      ' \u00A0',
      '/wp-login.php?redirect_to=x\n',
      '/\u200B',
    ],
  ])('of a shop is understood when %j was copied with it', (ending) => {
    const pages = ['wp-json', 'wp-admin', 'wp-login.php', 'index.php', 'my-account'];
    for (const url of [
      'https://shop.example.com',
      'https://shop.example.com:8443/blog',
      'https://shop.example.com/wp-jsonish',
    ])
      expect(normalizeBaseUrl(` ${url}${ending}`, STRICT, pages)).toEqual({ url });
  });

  it('may be plain or private where that is allowed', () => {
    expect(normalizeBaseUrl('http://127.0.0.1:8080/', { allowHttp: true, allowPrivateAddresses: true })).toEqual({
      url: 'http://127.0.0.1:8080',
    });
  });

  it('stays as it is when it is brought into its form again', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https', 'http'] }), (text) => {
        const rules = { allowHttp: true, allowPrivateAddresses: true };
        const once = normalizeBaseUrl(text, rules);
        if ('url' in once) expect(normalizeBaseUrl(once.url, rules)).toEqual(once);
      }),
    );
  });
});

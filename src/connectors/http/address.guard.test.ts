import { describe, expect, test } from 'vitest';
import { checkUrl, guardedLookup, isPublicAddress } from './address.guard.ts';

const https = { allowHttp: false, allowPrivateAddresses: false };

describe('an address', () => {
  test.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '192.0.0.8',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '2002:7f00:1::1',
    '2001:0:1::1',
    '2001:db8::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '4000::1',
    'nonsense',
  ])('%s is not public', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('a URL', () => {
  test.each([
    ['http://shop.example/', 'the address is not https'],
    ['ftp://shop.example/', 'the address must be https'],
    ['https://user:secret@shop.example/', 'the address must not contain credentials'],
    ['shop.example?key=secret', 'the address is not a URL'],
    ['https://127.0.0.1/', '127.0.0.1 is not on the public internet'],
    ['https://2130706433/', '127.0.0.1 is not on the public internet'],
    ['https://0x7f.1/', '127.0.0.1 is not on the public internet'],
    ['https://0177.0.0.1/', '127.0.0.1 is not on the public internet'],
    ['https://127.0.0.1./', '127.0.0.1 is not on the public internet'],
    ['https://[::ffff:169.254.169.254]/', '::ffff:a9fe:a9fe is not on the public internet'],
    ['https://[::1]:8069/', '::1 is not on the public internet'],
  ])('%s is refused, without its secrets', (url, message) => {
    expect(() => checkUrl(url, https)).toThrow(expect.objectContaining({ kind: 'address-refused', message }));
  });

  test('is called over https, and over http and inside the own network where that is allowed', () => {
    expect(checkUrl('https://shop.example/x?y=1', https).href).toBe('https://shop.example/x?y=1');
    expect(checkUrl('http://10.0.0.1/', { allowHttp: true, allowPrivateAddresses: true }).host).toBe('10.0.0.1');
  });
});

describe('resolving a name', () => {
  const resolve = (addresses: string[], all: boolean) =>
    new Promise((done) => {
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const lookup = guardedLookup((_name, _options, callback) => callback(null, found), isPublicAddress);
      lookup('shop.example', { all }, (error, address) =>
        done(error ? { kind: 'kind' in error && error.kind } : address),
      );
    });

  test('leaves only its public addresses', async () => {
    expect(await resolve(['10.0.0.1', '8.8.8.8', '::1'], true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await resolve(['::1', '8.8.4.4'], false)).toBe('8.8.4.4');
  });

  test('is refused when it has none', async () => {
    expect(await resolve(['127.0.0.1', 'fd00::1'], true)).toEqual({ kind: 'address-refused' });
    expect(await resolve(['127.0.0.1'], false)).toEqual({ kind: 'address-refused' });
  });
});

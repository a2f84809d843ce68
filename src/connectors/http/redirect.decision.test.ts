import { describe, expect, test } from 'vitest';
import { decideRedirect } from './redirect.decision.ts';

const get = { status: 301, method: 'GET', signed: false, hops: 0 };
const decide = (from: string, location: string, more: Partial<Parameters<typeof decideRedirect>[0]> = {}) =>
  decideRedirect({ ...get, location, from: new URL(from), ...more });

describe('a redirect', () => {
  test.each([
    ['https://a.test/x', '/y?z=1', 'https://a.test/y?z=1'],
    ['https://a.test/x', 'https://a.test/x/', 'https://a.test/x/'],
    ['http://a.test/x', 'https://a.test/x', 'https://a.test/x'],
    ['https://a.test:8443/x', 'y#part', 'https://a.test:8443/y'],
    ['https://a.test/x', 'https://user:pass@a.test/y', 'https://a.test/y'],
  ])('from %s to %s is followed', (from, location, to) => {
    const decision = decide(from, location);
    expect(decision && 'follow' in decision && decision.follow.href).toBe(to);
  });

  test.each([
    [
      'https://a.test/',
      'https://www.a.test/y?key=secret',
      'redirects to https://www.a.test/y, which may not be followed',
    ],
    ['https://a.test/', 'http://a.test/y', 'redirects to http://a.test/y, which may not be followed'],
    ['https://a.test/', 'https://a.test:8443/', 'redirects to https://a.test:8443/, which may not be followed'],
    ['http://a.test:8080/', 'https://a.test/', 'redirects to https://a.test/, which may not be followed'],
    ['https://a.test/', 'https://u:secret@b.test/', 'redirects to https://b.test/, which may not be followed'],
    ['https://a.test/', 'file:///etc/passwd', 'redirects to something that is not a web address'],
    ['https://a.test/', 'https://:0:0', 'redirects to something that is not a web address'],
  ])('from %s to %s is not', (from, location, refuse) => {
    expect(decide(from, location)).toEqual({ refuse });
  });

  test('is not followed by a write, by a signed request, or a fourth time', () => {
    const refused = 'redirects to https://a.test/y; configure that address';
    expect(decide('https://a.test/x', '/y?key=secret', { method: 'POST' })).toEqual({ refuse: refused });
    expect(decide('https://a.test/x', '/y', { signed: true })).toEqual({ refuse: refused });
    expect(decide('https://a.test/x', '/y', { hops: 2 })).toHaveProperty('follow');
    expect(decide('https://a.test/x', '/y', { hops: 3 })).toEqual({
      refuse: 'redirects more than 3 times, at last to https://a.test/y',
    });
  });

  test('is none without a status and a Location that say so', () => {
    expect(decide('https://a.test/', '/y', { status: 200 })).toBeNull();
    expect(decide('https://a.test/', '/y', { status: 304 })).toBeNull();
    expect(decide('https://a.test/', '/y', { location: undefined })).toBeNull();
  });
});

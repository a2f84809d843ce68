import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
let page: string;

beforeAll(async () => {
  service = await startTestService();
  page = await (await fetch(service.url)).text();
});
afterAll(() => service.close());

const get = (path: string, headers: Record<string, string> = {}) => fetch(service.url + path, { headers });
const filesOf = (html: string) => [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file as string);

describe('the page', () => {
  it.each(['/', '/o/org-1/live', '/o/a%2Fb%20%C3%BC/syncs/x%2525', '/?sign-in=used'])(
    'is the same at %s for every caller',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(response.headers.get('cache-control')).toBe('no-cache');
      expect(await response.text()).toBe(page);
    },
  );

  it('may run and style itself with its own files only', async () => {
    const policy = (await get('/o/org-1/live')).headers.get('content-security-policy') ?? '';
    const directives = new Map(policy.split('; ').map((part) => part.split(/ (.*)/s) as [string, string]));
    expect(directives.get('default-src')).toBe("'none'");
    expect(directives.get('frame-ancestors')).toBe("'none'");
    for (const name of ['script-src', 'style-src', 'connect-src']) expect(directives.get(name)).toBe("'self'");
    expect(policy).not.toContain('unsafe');
  });

  it('has no inline script or style', () => {
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)/);
  });

  it('names files that exist, and sends them compressed', async () => {
    const files = filesOf(page).filter((file) => file.startsWith('/assets/'));
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const packed = await get(file, { 'accept-encoding': 'br' });
      expect(packed.status).toBe(200);
      expect(packed.headers.get('content-encoding')).toBe('br');
      expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      const plain = await get(file, { 'accept-encoding': 'identity' });
      expect(plain.headers.get('content-encoding')).toBeNull();
      expect(await plain.text()).toBe(await packed.text());
    }
  });

  it.each(['/assets/none.js', '/assets/', '/assets/../package.json', '/assets/%2e%2e/src/main.js', '/o'])(
    'leads nowhere else: %s',
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    },
  );
});

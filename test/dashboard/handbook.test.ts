import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/common/problem.catalogue.ts';
import { startTestService, type TestService } from '../support/test-service.ts';

let service: TestService;
/** Of the handbook as it is built: npm run docs:build, which npm test does. */
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service?.close());

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(service.url + path, { headers, redirect: 'manual' });

describe('/handbook', () => {
  it('leads to the home page, which names its files and its scripts, and nothing of anybody else', async () => {
    const moved = await get('/handbook');
    expect([moved.status, moved.headers.get('location')]).toEqual([302, '/handbook/']);
    const response = await get('/handbook/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    const html = await response.text();
    const loaded = [...html.matchAll(/<(?:script|link|img)[^>]* (?:src|href)="([^"]+)"/g)].map(([, url]) => url);
    expect(loaded.length).toBeGreaterThan(2);
    expect(loaded.filter((url) => !/^\/(handbook\/|icon\.svg$)/.test(url as string))).toEqual([]);
    for (const url of loaded) expect((await get(url as string)).status, url).toBe(200);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(/script-src ([^;]*)/.exec(policy)?.[1]).not.toContain('unsafe');
  });

  it('sends files compressed, and for good', async () => {
    const [file = ''] = globSync('assets/app.*.js', { cwd: 'dist/handbook' });
    const packed = await get(`/handbook/${file}`, { 'accept-encoding': 'br' });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(packed.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const page = await get('/handbook/alerts', { 'accept-encoding': 'br' });
    expect([page.status, page.headers.get('content-encoding')]).toEqual([200, 'br']);
    expect(await page.text()).toContain('Alerts: be told when something is wrong');
  });

  it.each([
    '/handbook/none',
    '/handbook/assets/',
    '/handbook/../package.json',
    '/handbook/%2e%2e/src/main.js',
    '/handbook/inline-scripts.json',
  ])('leads nowhere else: %s', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });
});

describe('The pages', () => {
  const index = readFileSync('docs/index.md', 'utf8');

  it('are all named on the home page, from which the menu is made', () => {
    const pages = globSync(['docs/*.md', 'docs/spec/*.md']).filter((page) => page !== 'docs/index.md');
    expect(pages.filter((page) => !index.includes(`](${page.slice('docs/'.length)})`))).toEqual([]);
  });

  it('on troubleshooting have each type of problem, and each section of the guide', () => {
    const page = readFileSync('docs/troubleshooting.md', 'utf8');
    expect(Object.keys(PROBLEMS).filter((name) => !page.includes(`| [\`${name}\`](errors.md#${name}) |`))).toEqual([]);
    const [, sections = ''] = readFileSync('test/guide/guide.md', 'utf8').split(/^## Troubleshooting$/m);
    const [own = ''] = sections.split(/^## /m);
    const titles = [...own.matchAll(/^### (.*)$/gm)].map(([heading]) => heading);
    expect(titles.length).toBe(3);
    expect(titles.filter((heading) => !page.includes(`\n${heading}\n`))).toEqual([]);
  });
});

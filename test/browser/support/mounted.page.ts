import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import type { BrowserBundle } from './browser.bundle.ts';

/** No inline script and no inline style: what a careful application around a component asks of it. */
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";

interface MountedFile {
  readonly type: string;
  readonly body: string;
}

/** The files of a page at this path, by their own. */
const filesAt = (path: string, { js, css }: BrowserBundle): ReadonlyMap<string, MountedFile> =>
  new Map([
    [
      path,
      {
        type: 'text/html',
        body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Syncs</title>
<link rel="stylesheet" href="${path}/app.css"></head>
<body><main><h1>Syncs</h1><div id="root"></div></main><script type="module" src="${path}/app.js"></script></body></html>`,
      },
    ],
    [`${path}/app.js`, { type: 'text/javascript', body: js }],
    [`${path}/app.css`, { type: 'text/css', body: css }],
  ]);

/** Puts a page of a bundle at `address`, and goes there. On the service's origin, the cookie and the API are the real ones. */
export async function openMounted(page: Page, address: string, bundle: BrowserBundle): Promise<void> {
  const { origin, pathname } = new URL(address);
  for (const [path, { type, body }] of filesAt(pathname, bundle))
    await page.route(
      (url) => url.origin === origin && url.pathname === path,
      (route) => route.fulfill({ contentType: type, body, headers: { 'content-security-policy': STRICT } }),
    );
  await page.goto(address);
}

/** An application of its own origin, which may call any service: the page of the bundle is at `${origin}/app`. */
export async function serveMounted(bundle: BrowserBundle) {
  const files = filesAt('/app', bundle);
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://app').pathname);
    const headers = { 'content-type': file?.type ?? 'text/plain', 'content-security-policy': `${STRICT} http:` };
    response.writeHead(file ? 200 : 404, headers).end(file?.body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

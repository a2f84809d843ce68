import type { Page } from 'playwright-core';
import type { BrowserBundle } from './browser.bundle.ts';

/** No inline script and no inline style: what a careful application around a component asks of it. */
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";

/** Puts a page of a bundle at `address`, and goes there. On the service's origin, the cookie and the API are the real ones. */
export async function openMounted(
  page: Page,
  address: string,
  { js, css }: BrowserBundle,
  /** The origin of a service that is not the page's own. */
  other = '',
): Promise<void> {
  const { origin, pathname } = new URL(address);
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Syncs</title>
<link rel="stylesheet" href="${pathname}/app.css"></head>
<body><main><h1>Syncs</h1><div id="root"></div></main><script type="module" src="${pathname}/app.js"></script></body></html>`;
  const serve = (path: string, contentType: string, body: string) =>
    page.route(
      (url) => url.origin === origin && url.pathname === path,
      (route) => route.fulfill({ contentType, body, headers: { 'content-security-policy': `${STRICT} ${other}` } }),
    );
  await serve(pathname, 'text/html', html);
  await serve(`${pathname}/app.js`, 'text/javascript', js);
  await serve(`${pathname}/app.css`, 'text/css', css);
  await page.goto(address);
}

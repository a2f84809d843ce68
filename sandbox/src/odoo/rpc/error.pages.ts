import type { ReadyResponse } from '../../faults/fault.transport.ts';

function page(status: number, body: string): ReadyResponse {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}

/** The response for a database that does not exist (recording 92). */
export function databaseNotFound(): ReadyResponse {
  return page(
    404,
    `<!DOCTYPE html>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>
<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>

<!-- Alternatively, use the X-Odoo-Database header. -->
`,
  );
}

export function notFound(): ReadyResponse {
  return page(
    404,
    `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`,
  );
}

export function methodNotAllowed(): ReadyResponse {
  return page(
    405,
    `<!doctype html>
<html lang=en>
<title>405 Method Not Allowed</title>
<h1>Method Not Allowed</h1>
<p>The method is not allowed for the requested URL.</p>
`,
  );
}

export function unsupportedMediaType(path: string): ReadyResponse {
  return page(
    415,
    `<!doctype html>
<html lang=en>
<title>415 Unsupported Media Type</title>
<h1>Unsupported Media Type</h1>
<p>Request inferred type is compatible with [&#39;http&#39;] but ${path} is type=&#39;json2&#39;.\nPlease verify the Content-Type request header and try again.</p>
`,
  );
}

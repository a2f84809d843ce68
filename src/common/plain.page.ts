import { createHash } from 'node:crypto';

const STYLE = `:root{color-scheme:light dark;background:Canvas;color:CanvasText;font:1rem/1.6 system-ui,sans-serif}body{max-width:46rem;margin:2rem auto;padding:0 1rem}
h2{margin-top:2.5rem;scroll-margin-top:1rem}:target{border-left:.25rem solid;padding-left:.75rem}code{font-family:ui-monospace,monospace}
button{font:inherit;padding:.5rem 1.25rem;cursor:pointer}`;

/** Text, a form to this service and one style, which the policy names by its hash: nothing may be run, loaded or framed. */
export const PLAIN_PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'content-type': 'text/html; charset=utf-8',
};

/** A page that works without any script; `main` is HTML. */
export const plainPage = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Sync Operations</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);

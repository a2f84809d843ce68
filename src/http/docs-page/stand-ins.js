// The examples of /docs run one after another as they stand: an id in them stands for what was answered last where the list of
// docs.examples.ts says, and a webhook is signed as the shop signs it.

/** Where a shop's webhook has its signature. */
const SIGNATURE = 'X-WC-Webhook-Signature';
const HOOKS = '/api/sync/hooks/';

const pattern = (path) => new RegExp(`^/api/sync${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const memberOf = (answer, path) => path.split('.').reduce((part, name) => part?.[name], answer);

async function signatureOf(body, secret) {
  const encoder = new TextEncoder();
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(body));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

/** `list`: what stands for what, see docs.examples.ts. */
export function standIns(list) {
  const entries = list.map((entry) => ({ ...entry, asked: pattern(entry.path) }));
  const known = new Map();
  /** The webhook secrets of connections that were made here; only that answer has them. */
  const secrets = new Map();

  /** A request with whatever its examples stand for: { url, headers, body }, the body a text. */
  async function before(request) {
    request.url = request.url.replaceAll(/(?<=[/?&=])[^/?&=#]+/g, (part) => {
      const value = known.get(decodeURIComponent(part));
      return value === undefined ? part : encodeURIComponent(value);
    });
    if (typeof request.body === 'string')
      for (const [example, value] of known)
        request.body = request.body.replaceAll(JSON.stringify(example), () => JSON.stringify(value));
    const { pathname } = new URL(request.url, 'http://this.page');
    const secret = pathname.startsWith(HOOKS) && secrets.get(pathname.slice(HOOKS.length));
    // A browser signs on pages of https and of this machine alone.
    if (secret && globalThis.crypto.subtle) request.headers[SIGNATURE] = await signatureOf(request.body ?? '', secret);
    return request;
  }

  /** Remembers what an answer gives: { url, ok, obj }. */
  function after(response) {
    const { pathname } = new URL(response.url);
    for (const { example, asked, member, system } of response.ok && response.obj ? entries : []) {
      const value = asked.test(pathname) && memberOf(response.obj, member);
      if (typeof value === 'string' && (!system || response.obj.system === system)) known.set(example, value);
    }
    if (response.ok && response.obj?.webhook_secret) secrets.set(response.obj.id, response.obj.webhook_secret);
    return response;
  }

  return { before, after, known };
}

export interface RedirectQuestion {
  readonly status: number;
  readonly location: string | undefined;
  readonly from: URL;
  readonly method: string;
  /** A signature covers the address, so it would be wrong for any other. */
  readonly signed: boolean;
  /** Redirects that were followed before. */
  readonly hops: number;
}

export type RedirectDecision = { readonly follow: URL } | { readonly refuse: string };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MAX_HOPS = 3;

/**
 * Follows only a GET, and only where its credentials may go: the same origin, or from http to https of the same host on the default
 * ports. Refuses any other redirect, with the address to configure instead, without its query. Null: not a redirect.
 */
export function decideRedirect(question: RedirectQuestion): RedirectDecision | null {
  const { status, location, from, method, signed, hops } = question;
  if (!REDIRECTS.has(status) || location === undefined) return null;
  const to = URL.parse(location, from);
  if (!to || (to.protocol !== 'https:' && to.protocol !== 'http:')) {
    return { refuse: 'redirects to something that is not a web address' };
  }
  const address = `${to.origin}${to.pathname}`;
  if (!mayTakeCredentials(from, to)) return { refuse: `redirects to ${address}, which may not be followed` };
  if (method !== 'GET' || signed) return { refuse: `redirects to ${address}; configure that address` };
  if (hops >= MAX_HOPS) return { refuse: `redirects more than ${MAX_HOPS} times, at last to ${address}` };
  to.username = '';
  to.password = '';
  to.hash = '';
  return { follow: to };
}

function mayTakeCredentials(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  const upgrade = from.protocol === 'http:' && to.protocol === 'https:';
  return upgrade && from.hostname === to.hostname && from.port === '' && to.port === '';
}

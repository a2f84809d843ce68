import ipaddr from 'ipaddr.js';
import { trimmed } from '../catalogue/settings.schema.ts';
import { isPublicAddress } from '../http/address.guard.ts';

export interface AddressRules {
  /** `settings.allow_http` of the connection. */
  readonly allowHttp: boolean;
  /** From the configuration of the deployment. */
  readonly allowPrivateAddresses: boolean;
}

const MAX_LENGTH = 2_000;

/**
 * Normalizes a system's address, without a slash at its end, or returns what is wrong with it. It ends before the first of the `pages`, as
 * in ConnectorDescription. This checks only the text. A host name is checked again at each call, when it is resolved.
 */
export function normalizeBaseUrl(
  given: string,
  rules: AddressRules,
  pages: readonly string[] = [],
): { readonly url: string; readonly wrong?: undefined } | { readonly wrong: string } {
  const text = pages.length > 0 ? withoutPages(trimmed(given), pages) : trimmed(given);
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return { wrong: 'must be an http(s) URL' };
  if (url.username !== '' || url.password !== '')
    return { wrong: 'must not contain a user or a password; use the member credentials' };
  // Also rejects an empty query or fragment, which the parsed URL does not show.
  if (/[?#]/.test(text)) return { wrong: 'must not have a query or a fragment' };
  if (url.protocol === 'http:' && !rules.allowHttp)
    return { wrong: 'must be https; settings.allow_http allows http, which sends credentials unencrypted' };
  if (!rules.allowPrivateAddresses && isPrivateHost(url.hostname))
    return { wrong: 'must be an address on the public internet; SYNC_ALLOW_PRIVATE_ADDRESSES allows others' };
  const normal = url.origin + url.pathname.replace(/\/+$/, '');
  return normal.length > MAX_LENGTH ? { wrong: `must not be longer than ${MAX_LENGTH} characters` } : { url: normal };
}

/** Without query and fragment, and without the path from the first page on. */
function withoutPages(text: string, pages: readonly string[]): string {
  const [address = ''] = text.split(/[?#]/, 1);
  const [, start = '', path = ''] = /^([^/]*\/\/[^/]*)(.*)$/.exec(address) ?? [];
  const segments = path.split('/');
  const page = segments.findIndex((segment) => pages.includes(segment.toLowerCase()));
  return page < 0 ? address : start + segments.slice(0, page).join('/');
}

/** URL has already normalized other spellings of an address, such as 0x7f.1. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
  return ipaddr.isValid(host) ? !isPublicAddress(host) : host === 'localhost' || host.endsWith('.localhost');
}

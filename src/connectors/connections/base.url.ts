import ipaddr from 'ipaddr.js';
import { isPublicAddress } from '../http/address.guard.ts';

export interface AddressRules {
  /** `settings.allow_http` of the connection. */
  readonly allowHttp: boolean;
  /** Of the deployment. */
  readonly allowPrivateAddresses: boolean;
}

const MAX_LENGTH = 2_000;

/**
 * The one form of a system's address, without a slash at its end; or what is wrong with it. Only what can be seen from the text:
 * a name is looked at again when it is resolved, at each call.
 */
export function normalizeBaseUrl(
  text: string,
  rules: AddressRules,
): { readonly url: string; readonly wrong?: undefined } | { readonly wrong: string } {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return { wrong: 'must be an http(s) URL' };
  if (url.username !== '' || url.password !== '')
    return { wrong: 'must hold no user and no password; credentials are a member of their own' };
  // Also a bare ? or #, which the parsed URL does not show.
  if (/[?#]/.test(text)) return { wrong: 'must have no query and no fragment' };
  if (url.protocol === 'http:' && !rules.allowHttp)
    return { wrong: 'is not https; settings.allow_http allows that, and then credentials travel unprotected' };
  if (!rules.allowPrivateAddresses && isPrivateHost(url.hostname))
    return { wrong: 'is not an address of the public internet; SYNC_ALLOW_PRIVATE_ADDRESSES allows others' };
  const normal = url.origin + url.pathname.replace(/\/+$/, '');
  return normal.length > MAX_LENGTH ? { wrong: `must not be longer than ${MAX_LENGTH} characters` } : { url: normal };
}

/** URL has already turned other spellings, such as 0x7f.1, into the address that is meant. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.+$/, '');
  return ipaddr.isValid(host) ? !isPublicAddress(host) : host === 'localhost' || host.endsWith('.localhost');
}

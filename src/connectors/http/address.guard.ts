import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConnectorError } from '../contract/connector.error.ts';
import type { ConnectionAccess, Lookup } from './http.options.ts';

// The only block of IPv6 that is handed out; ipaddr.js calls everything it does not know unicast, `::127.0.0.1` as well.
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** False for whatever is not a host on the public internet, IPv4 inside IPv6 included. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6);
}

/**
 * The URL, if it may be called as far as can be seen from it; names are checked when they are resolved, by guardedLookup. Throws
 * ConnectorError `address-refused`.
 */
export function checkUrl(text: string, access: ConnectionAccess): URL {
  // No cause: the error of `new URL` holds the whole text, and so the query.
  if (!URL.canParse(text)) throw new ConnectorError('address-refused', 'the address is not a URL');
  const url = new URL(text);
  const refuse = (why: string) => new ConnectorError('address-refused', why);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('only https addresses are called');
  if (url.protocol === 'http:' && !access.allowHttp) throw refuse('the address is not https');
  if (url.username !== '' || url.password !== '') throw refuse('credentials do not belong in the address');
  // A socket to a literal asks no resolver. URL has already turned 2130706433, 0x7f.1 and 0177.1 into 127.0.0.1.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!access.allowPrivateAddresses && ipaddr.isValid(host) && !isPublicAddress(host)) throw privateAddress(host);
  return url;
}

/**
 * For `connect.lookup`: resolves and leaves only the addresses that are allowed. The socket connects to what this returns and to nothing else,
 * so a name that resolves differently the next time (DNS rebinding) gains nothing.
 */
export function guardedLookup(lookup: Lookup, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    const done = (error: Error | null, addresses: LookupAddress[]) => {
      const first = addresses[0];
      if (options.all || error || !first) callback(error, addresses);
      else callback(null, first.address, first.family);
    };
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const open = addresses.filter(({ address }) => isAllowed(address));
      return open.length > 0 ? done(null, open) : done(privateAddress(hostname), []);
    });
  };
}

function privateAddress(host: string): ConnectorError {
  return new ConnectorError('address-refused', `${host} is not on the public internet`);
}

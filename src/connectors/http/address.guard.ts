import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConnectorError } from '../contract/connector.error.ts';
import type { ConnectionAccess, Lookup } from './http.options.ts';

// The only block of IPv6 that is assigned. ipaddr.js calls every unknown address unicast, even `::127.0.0.1`.
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** False for every address that is not on the public internet, including IPv4 inside IPv6. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_IPV6);
}

/**
 * Parses and checks an address, except for a host name, which guardedLookup checks when it is resolved. Throws ConnectorError
 * `address-refused`.
 */
export function checkUrl(text: string, access: ConnectionAccess): URL {
  // Without a cause: the error of `new URL` contains the whole text, including the query.
  if (!URL.canParse(text)) throw new ConnectorError('address-refused', 'the address is not a URL');
  const url = new URL(text);
  const refuse = (why: string) => new ConnectorError('address-refused', why);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('the address must be https');
  if (url.protocol === 'http:' && !access.allowHttp) throw refuse('the address is not https');
  if (url.username !== '' || url.password !== '') throw refuse('the address must not contain credentials');
  // A socket to an IP address uses no resolver. URL has already converted 2130706433, 0x7f.1 and 0177.1 to 127.0.0.1.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!access.allowPrivateAddresses && ipaddr.isValid(host) && !isPublicAddress(host)) throw privateAddress(host);
  return url;
}

/**
 * For `connect.lookup`: resolves a name and returns only allowed addresses. The socket connects only to these, so a name that resolves
 * differently the next time (DNS rebinding) has no effect.
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
      const allowed = addresses.filter(({ address }) => isAllowed(address));
      return allowed.length > 0 ? done(null, allowed) : done(privateAddress(hostname), []);
    });
  };
}

function privateAddress(host: string): ConnectorError {
  return new ConnectorError('address-refused', `${host} is not on the public internet`);
}

import type { ServiceAccess } from './service.launch.ts';

/** The live page of an organization. */
export const pageOf = (url: string, orgId: string): string => url + livePath(orgId);

/** The one-time link, which opens that page. */
export function signInTo({ signInLink }: Pick<ServiceAccess, 'signInLink'>, orgId: string): string {
  const [address, token] = signInLink.split('?');
  return `${address}?to=${livePath(orgId)}&${token}`;
}

const livePath = (orgId: string): string => `/o/${encodeURIComponent(orgId)}/live`;

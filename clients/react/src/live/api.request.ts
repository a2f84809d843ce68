import type { ConnectionOptions, SyncProgressError } from './sync.types.ts';

export type Fetch = typeof globalThis.fetch;

/** How to request the data of one organization. */
export interface Api {
  url(path: string): string;
  /** fetch with the token, or with the cookie of the origin of the page. */
  fetch: (url: string | URL, init: RequestInit) => Promise<Response>;
}

export function apiOf(baseUrl: string, orgId: string, token: () => ConnectionOptions['token'], fetch: Fetch): Api {
  return {
    url: (path) => `${baseUrl.replace(/\/+$/, '')}/api/sync/${path}?orgId=${encodeURIComponent(orgId)}`,
    fetch: async (url, init) => {
      const given = token();
      const bearer = typeof given === 'function' ? await given() : given;
      const headers = new Headers(init.headers);
      if (bearer) headers.set('authorization', `Bearer ${bearer}`);
      return fetch(url, { ...init, headers, cache: 'no-store', credentials: 'same-origin' });
    },
  };
}

/** The error of a refused request, with the detail of its problem response (RFC 9457). */
export async function errorOf(response: Response): Promise<SyncProgressError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const detail = (problem as { detail?: unknown } | undefined)?.detail;
  return { status: response.status, message: typeof detail === 'string' ? detail : `HTTP ${response.status}` };
}

import type { ConnectionOptions, SyncProgressError } from './sync.types.ts';

export type Fetch = typeof globalThis.fetch;

/** How this organization's data is asked for. */
export interface Api {
  url(path: string): string;
  /** fetch with the credentials there are: the token, or the cookie of the page's origin. */
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

/** What a refusal says for itself, when it is the service's (RFC 9457). */
export async function refusalOf(response: Response): Promise<SyncProgressError> {
  const problem: unknown = await response.json().catch(() => undefined);
  const detail = (problem as { detail?: unknown } | undefined)?.detail;
  return { status: response.status, message: typeof detail === 'string' ? detail : `HTTP ${response.status}` };
}

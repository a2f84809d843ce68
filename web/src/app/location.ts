import { useMemo } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';

/** The base path of an organization's pages. An id may contain any character, also slashes, so it is encoded. */
export const organizationPath = (orgId: string): string => `/o/${encodeURIComponent(orgId)}`;

/** The ids of the syncs that the service runs itself. Others have no run: asking for one would be a 404. */
export const RUN_ID = /^run-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Paths within the pages of an organization. */
export const syncPath = (syncId: string): string => `/syncs/${encodeURIComponent(syncId)}`;
export const previewPath = (cacheKey: string): string => `/previews/${encodeURIComponent(cacheKey)}`;
export const connectionPath = (id: string): string => `/connections/${encodeURIComponent(id)}`;

/** How the page of a run is opened by who has just started it for its preview: it may be ready before the page is. */
export const TO_PREVIEW = { state: { isForPreview: true } } as const;
export const useIsForPreview = (): boolean =>
  useHistoryState<{ readonly isForPreview?: boolean } | null>()?.isForPreview === true;

/** The history of an item, by its id in the system of a connection. */
export const itemPath = (item: { entity_type: string; external_id: string; connection_id: string }): string =>
  `/items?${new URLSearchParams(item)}`;

/** The organization of a path, decoded once; undefined when the path has none, or an invalid one. */
export function organizationOf(path: string): { readonly base: string; readonly orgId: string } | undefined {
  const [, base, encoded = ''] = /^(\/o\/([^/]+))/.exec(path) ?? [];
  const orgId = decoded(encoded);
  return base && orgId ? { base, orgId } : undefined;
}

/** The id after the last slash of the path. The parameters of the router are partly decoded, which breaks ids with a %. */
export function useLastSegment(): string {
  useLocation();
  return decoded(window.location.pathname.split('/').at(-1) ?? '') ?? '';
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

type Parameters<Name extends string> = Readonly<Partial<Record<Name, string>>>;

/** Query parameters by name, and a function that changes some. Filters are kept there, so that a link shows what its sender saw. */
export function useParameters<Name extends string>(
  names: readonly Name[],
): [Parameters<Name>, (changes: Partial<Record<Name, string | undefined>>) => void] {
  const search = useSearch();
  const [, navigate] = useLocation();
  const given = useMemo(() => {
    const parameters = new URLSearchParams(search);
    return Object.fromEntries(
      names.flatMap((name) => (parameters.get(name) ? [[name, parameters.get(name)]] : [])),
    ) as Parameters<Name>;
  }, [search, names]);
  const change = (changes: Partial<Record<Name, string | undefined>>) => {
    const parameters = new URLSearchParams(search);
    for (const [name, value] of Object.entries<string | undefined>(changes)) {
      if (value) parameters.set(name, value);
      else parameters.delete(name);
    }
    const text = parameters.toString();
    const { pathname } = window.location;
    navigate(`~${text ? `${pathname}?${text}` : pathname}`, { replace: true });
  };
  return [given, change];
}

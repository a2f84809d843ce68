import { HEAD_END, type HttpResponse, openExchange, requestHead } from '../support/http.exchange.ts';
import type { BenchSync, Reporter } from './load.types.ts';

interface HttpTarget {
  readonly url: string;
  readonly jwtSecret: string;
}

/**
 * PATCH /api/sync/progress/{sync_id} over one keep-alive connection, with a token of its own.
 */
export async function openHttpReporter({ org_id, sync_id }: BenchSync, target: HttpTarget): Promise<Reporter> {
  const patch = await openExchangeWithBody(
    'PATCH',
    `/api/sync/progress/${encodeURIComponent(sync_id)}`,
    org_id,
    target,
  );
  return {
    report: async (processedCount) => {
      const body = `{"processed_count":${processedCount},"failed_count":0,"current_item":${processedCount}}`;
      const { status, text } = await patch(body);
      if (status !== 200 || !text.includes(`"processed_count":${processedCount},`))
        throw new Error(`${sync_id}: report of ${processedCount} got ${status} ${text.slice(0, 300)}`);
    },
  };
}

const MUTATION = `mutation ($orgId: String!, $syncId: String!, $patch: SyncProgressPatch!) {
  updateSyncProgressByOrgIdAndSyncId(input: { orgId: $orgId, syncId: $syncId, syncProgressPatch: $patch }) {
    syncProgress {
      orgId syncId entityType sourceSystem totalItems processedCount failedCount currentItem initiatedBy status startedAt
      updatedAt completedAt errorMessage cancelRequested pauseRequested
    }
  }
}`;

/** The same report as a mutation, over one keep-alive connection, with a token of its own. */
export async function openGraphqlReporter({ org_id, sync_id }: BenchSync, target: HttpTarget): Promise<Reporter> {
  const post = await openExchangeWithBody('POST', '/graphql', org_id, target);
  return {
    report: async (processedCount) => {
      const patch = { processedCount, failedCount: 0, currentItem: processedCount };
      const { status, text } = await post(
        JSON.stringify({ query: MUTATION, variables: { orgId: org_id, syncId: sync_id, patch } }),
      );
      if (status !== 200 || !text.includes(`"processedCount":${processedCount},`))
        throw new Error(`${sync_id}: a mutation to ${processedCount} got ${status} ${text.slice(0, 300)}`);
    },
  };
}

/** GET /health/live over one keep-alive connection. */
export async function openLiveReporter(url: string): Promise<Reporter> {
  const exchange = await openExchange(url);
  const request = `GET /health/live HTTP/1.1\r\nHost: ${new URL(url).host}${HEAD_END}`;
  return {
    report: async () => {
      const { status, text } = await exchange(request);
      if (status !== 200) throw new Error(`GET /health/live got ${status} ${text.slice(0, 300)}`);
    },
  };
}

/**
 * PATCH /api/sync/progress with a report of each of these syncs, all of one organization. A minimal response does not tell the counts, which are
 * compared at the end.
 */
export async function openBulkReporter(
  syncs: readonly BenchSync[],
  { minimal, ...target }: HttpTarget & { readonly minimal: boolean },
): Promise<Reporter> {
  const patch = await openExchangeWithBody(
    'PATCH',
    '/api/sync/progress',
    syncs[0]?.org_id ?? '',
    target,
    minimal ? '\r\nPrefer: return=minimal' : '',
  );
  return {
    report: async (processedCount) => {
      const counts = `"processed_count":${processedCount},"failed_count":0,"current_item":${processedCount}`;
      const body = `{"items":[${syncs.map(({ sync_id }) => `{"sync_id":"${sync_id}",${counts}}`).join(',')}]}`;
      const { status, text } = await patch(body);
      const sign = minimal ? '"status":200,"state":{"status":"running",' : `"processed_count":${processedCount},`;
      const right = text.split(sign).length - 1;
      if (status !== 200 || right !== syncs.length)
        throw new Error(`a bulk report of ${processedCount} got ${status} and ${right} right: ${text.slice(0, 300)}`);
    },
  };
}

async function openExchangeWithBody(
  method: 'PATCH' | 'POST',
  path: string,
  orgId: string,
  { url, jwtSecret }: HttpTarget,
  more = '',
): Promise<(body: string) => Promise<HttpResponse>> {
  const head = (await requestHead(method, path, { url, orgId, jwtSecret })) + more;
  const exchange = await openExchange(url);
  return (body) =>
    exchange(`${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}${HEAD_END}${body}`);
}

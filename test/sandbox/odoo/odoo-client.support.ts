import type { OdooSandbox } from '@sync-operations/sandbox';

/** What a call came to: its result, or the name and message of the server's exception. */
export interface RpcOutcome {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the method returns
  result?: any;
  exception?: string;
  message?: string;
}

/** For tests: calls a sandbox over JSON-RPC as its administrator. */
export function jsonRpcClient({ url, database, uid, password }: OdooSandbox) {
  return async function call(
    model: string,
    method: string,
    args: readonly unknown[] = [],
    kwargs: Readonly<Record<string, unknown>> = {},
  ): Promise<RpcOutcome> {
    return rawJsonRpc(url, 'object', 'execute_kw', [database, uid, password, model, method, args, kwargs]);
  };
}

/** One call of a service, with all of its arguments. */
export async function rawJsonRpc(
  url: string,
  service: string,
  method: string,
  args: readonly unknown[],
): Promise<RpcOutcome> {
  const params = { service, method, args };
  const response = await fetch(`${url}/jsonrpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 7, params }),
  });
  const { result, error } = await response.json();
  return { status: response.status, result, exception: error?.data.name, message: error?.data.message };
}

/** For tests: calls a sandbox of version 19 over JSON-2 with its key. */
export function json2Client({ url, apiKey }: OdooSandbox) {
  return async function call(
    model: string,
    method: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<RpcOutcome> {
    const response = await fetch(`${url}/json/2/${model}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `bearer ${apiKey}` },
      body: JSON.stringify(args),
    });
    const body = await response.json();
    if (response.ok) return { status: response.status, result: body };
    return { status: response.status, exception: body.name, message: body.message };
  };
}

/** Metadata, keys and tokens are some kilobytes. */
const MAX_BYTES = 512 * 1024;
const TIMEOUT_MS = 8_000;

/** As fetch, for answers of the identity provider: within 8 seconds, of at most 512 KiB, and not from where it redirects to. */
export async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(options.signal ? [options.signal] : [])];
  const response = await fetch(url, { ...options, redirect: 'manual', signal: AbortSignal.any(signals) });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`the identity provider sent more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  // These must not have a body, not even an empty one.
  const body = [204, 205, 304].includes(response.status) ? null : Buffer.concat(chunks);
  return new Response(body, { status: response.status, headers: response.headers });
}

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { SignJWT } from 'jose';
import type { SystemProcess } from './system.process.ts';

interface Run {
  readonly sync_id: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly progress: {
    readonly status: string;
    readonly processed_count: number;
    readonly started_at: string;
    readonly completed_at: string | null;
    readonly error_message: string | null;
  };
}

/** The result of one sync. */
export interface SyncResult {
  readonly records: number;
  readonly seconds: number;
  /** The largest resident memory of the worker during the sync, in bytes, by samples. */
  readonly peakBytes: number;
}

/** One organization's use of the service under test. */
export class SyncClient {
  private readonly url: string;
  private readonly pid: number;
  private readonly authorization: string;

  private constructor(url: string, pid: number, authorization: string) {
    this.url = url;
    this.pid = pid;
    this.authorization = authorization;
  }

  static async of(service: { url: string; pid: number }, jwtSecret: string, orgId: string): Promise<SyncClient> {
    const token = await new SignJWT({ org_id: orgId, scope: 'sync:admin' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('bench')
      .setExpirationTime('4h')
      .sign(new TextEncoder().encode(jwtSecret));
    return new SyncClient(service.url, service.pid, `Bearer ${token}`);
  }

  async connect({ system, url, credentials }: SystemProcess, name: string): Promise<string> {
    const { id } = await this.call<{ id: string }>('POST', '/connections', {
      name,
      system,
      base_url: url,
      credentials,
      settings: { allow_http: true, ...(system === 'woocommerce' && { include_guests: false }) },
    });
    return id;
  }

  /**
   * Runs a full sync of customers into the records, or into another system, and times it by the service's clock, from its first work to
   * its end.
   */
  async sync(connectionId: string, into?: string): Promise<SyncResult> {
    const destination = into === undefined ? 'records' : { connection_id: into };
    const body = { source_connection_id: connectionId, entity_type: 'customer', mode: 'full', destination };
    const { sync_id } = await this.call<Run>('POST', '/runs', body);
    let peakBytes = 0;
    for (;;) {
      await delay(100);
      peakBytes = Math.max(peakBytes, await residentBytes(this.pid));
      const { progress, counts } = await this.call<Run>('GET', `/runs/${sync_id}`);
      if (progress.completed_at === null) continue;
      if (progress.status !== 'completed') throw new Error(`${progress.status}: ${progress.error_message}`);
      const seconds = (Date.parse(progress.completed_at) - Date.parse(progress.started_at)) / 1000;
      if ((counts.created ?? 0) + (counts.unchanged ?? 0) !== progress.processed_count)
        throw new Error(`unexpected counts ${JSON.stringify(counts)}`);
      return { records: progress.processed_count, seconds, peakBytes };
    }
  }

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/sync${path}`, {
      method,
      headers: { authorization: this.authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

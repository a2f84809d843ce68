import { randomUUID } from 'node:crypto';
import { answerCommands } from '../support/command.process.ts';
import { HEAD_END, type HttpResponse, openExchange, requestHead } from '../support/http.exchange.ts';
import type { CrowdCommand, CrowdResult, CrowdTarget, Kind } from './crowd.types.ts';

// A crowd runs in a process of its own, which messages control. Each connection sends its next request as soon as the response to the
// last one has arrived, also when that was a refusal: clients that do not look at Retry-After.

/** Connections that are opened at the same time. */
const BATCH = 50;

let members: readonly (() => Promise<HttpResponse>)[] = [];

answerCommands<CrowdCommand>((command) => (command.type === 'open' ? open(command.target) : round(command.seconds)));

async function open(target: CrowdTarget): Promise<{ open: true }> {
  const opened: (() => Promise<HttpResponse>)[] = [];
  for (let start = 0; start < target.syncs.length; start += BATCH)
    opened.push(...(await Promise.all(target.syncs.slice(start, start + BATCH).map((sync) => join(target, sync)))));
  members = opened;
  return { open: true };
}

async function join(
  { url, jwtSecret, kind }: CrowdTarget,
  { org_id: orgId, sync_id }: CrowdTarget['syncs'][number],
): Promise<() => Promise<HttpResponse>> {
  const progress = '/api/sync/progress';
  const own = `${progress}/${sync_id}`;
  const requests: Readonly<Record<Kind, readonly [method: string, path: string]>> = {
    read: ['GET', own],
    start: ['POST', progress],
    steer: ['POST', `${own}/pause`],
    report: ['PATCH', own],
  };
  const [method, path] = requests[kind];
  const head = await requestHead(method, path, { url, orgId, jwtSecret });
  const exchange = await openExchange(url);
  let count = 0;
  return () => {
    count += 1;
    if (kind === 'read' || kind === 'steer') return exchange(`${head}\r\nContent-Length: 0${HEAD_END}`);
    const body =
      kind === 'report'
        ? `{"processed_count":${count}}`
        : `{"sync_id":"${randomUUID()}","entity_type":"customer","source_system":"shop","total_items":1000}`;
    return exchange(`${head}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}${HEAD_END}${body}`);
  };
}

async function round(seconds: number): Promise<CrowdResult> {
  let good = 0;
  const refusedMs: number[] = [];
  const others: Record<string, number> = {};
  const cpu = process.cpuUsage();
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    members.map(async (ask) => {
      for (let sent = performance.now(); sent < end; ) {
        const { status } = await ask();
        const now = performance.now();
        if (status < 300) good += 1;
        else if (status === 503) refusedMs.push(now - sent);
        else others[status] = (others[status] ?? 0) + 1;
        sent = now;
      }
    }),
  );
  const { user, system } = process.cpuUsage(cpu);
  return {
    seconds: (performance.now() - start) / 1000,
    good,
    refusedMs: refusedMs.sort((a, b) => a - b),
    others,
    cpuSeconds: (user + system) / 1e6,
  };
}

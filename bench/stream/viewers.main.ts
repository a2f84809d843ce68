import { connect } from 'node:net';
import { answerCommands } from '../support/command.process.ts';
import type { RoundResult, Viewer, ViewersCommand } from './viewers.types.ts';

// All viewers run in a process of their own. They use bare sockets, because viewers that cost much CPU would measure themselves.

/** Connections that are opened at the same time. */
const BATCH = 50;
const UPDATED_AT = /"updated_at":"([^"]+)"/g;

let delays: number[] = [];
let events = 0;
const seen: number[] = [];

answerCommands<ViewersCommand>((command) =>
  command.type === 'open' ? open(command.url, command.viewers) : round(command.seconds),
);

async function open(url: string, viewers: readonly Viewer[]): Promise<{ open: true }> {
  for (let start = 0; start < viewers.length; start += BATCH) {
    await Promise.all(viewers.slice(start, start + BATCH).map((viewer) => openViewer(url, viewer)));
  }
  return { open: true };
}

/** Resolves when the snapshot has arrived. When a stream ends, the process exits, since the result would be invalid. */
function openViewer(url: string, { credentials }: Viewer): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const index = seen.push(0) - 1;
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  // One byte a character; the rows of the bench are ASCII.
  socket.setEncoding('latin1');
  socket.write(`GET /api/sync/progress/stream HTTP/1.1\r\nHost: ${host}\r\n${credentials}\r\n\r\n`);
  return new Promise((resolve, reject) => {
    let received = '';
    const ended = () => reject(new Error(`a stream ended: ${received.slice(0, 300)}`));
    socket.on('error', ended).on('close', () => {
      ended();
      console.error('a stream ended');
      process.exit(1);
    });
    socket.on('data', (chunk: string) => {
      received += chunk;
      for (let end = received.indexOf('\n\n'); end >= 0; end = received.indexOf('\n\n')) {
        const event = received.slice(0, end);
        received = received.slice(end + 2);
        if (event.includes('event: snapshot')) resolve();
        else if (event.includes('event: change')) recordChange(index, event);
      }
    });
  });
}

function recordChange(index: number, event: string): void {
  const now = Date.now();
  events += 1;
  for (const [, updatedAt = ''] of event.matchAll(UPDATED_AT)) {
    delays.push(now - Date.parse(updatedAt));
    seen[index] = (seen[index] ?? 0) + 1;
  }
}

async function round(seconds: number): Promise<RoundResult> {
  delays = [];
  events = 0;
  seen.fill(0);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const sorted = Float64Array.from(delays).sort();
  const at = (share: number) => sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;
  return {
    events,
    delays: sorted.length,
    p50Milliseconds: at(0.5),
    p99Milliseconds: at(0.99),
    maxMilliseconds: at(1),
    fewest: Math.min(...seen),
    most: Math.max(...seen),
  };
}

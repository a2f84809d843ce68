import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { respondWithFault } from './fault.transport.ts';

it('A slow response is abandoned when the sandbox stops, so that no timer keeps the process alive', async () => {
  const stopping = new AbortController();
  const waiting = respondWithFault(
    { kind: 'slow', ms: 600_000 },
    {
      request: {} as IncomingMessage,
      response: {} as ServerResponse,
      execute: () => {
        throw new Error('was carried out');
      },
      workOn: () => Promise.reject(new Error('was carried out')),
      stopping: stopping.signal,
    },
  );
  stopping.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

it('A fault that is particular to the system is passed on to the system; the others are not', async () => {
  const asked: unknown[] = [];
  const exchange = {
    request: {} as IncomingMessage,
    response: { writeHead: () => ({ end: () => undefined }) } as unknown as ServerResponse,
    execute: (fault: unknown) => {
      asked.push(fault);
      return { status: 200, headers: {}, body: '' };
    },
    workOn: () => Promise.resolve(),
    stopping: new AbortController().signal,
  };
  for (const kind of ['item-errors', 'slow'] as const) await respondWithFault({ kind, ms: 0 }, exchange);
  await respondWithFault(null, exchange);
  expect(asked).toEqual([{ kind: 'item-errors', ms: 0 }, null, null]);
});

import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { answerWithFault } from './fault.transport.ts';

it('A slow answer gives up waiting when the sandbox stops, so that no timer keeps the process alive', async () => {
  const stopping = new AbortController();
  const waiting = answerWithFault(
    { kind: 'slow', ms: 600_000 },
    {
      request: {} as IncomingMessage,
      response: {} as ServerResponse,
      answer: () => {
        throw new Error('was carried out');
      },
      stopping: stopping.signal,
    },
  );
  stopping.abort();
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
});

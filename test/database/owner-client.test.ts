import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withOwner } from '../../src/database/owner.client.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let silent: Server;
const sockets: Socket[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  silent = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  silent.close();
  await database.drop();
});

describe('A command that works as the owner', () => {
  it('gives up a server that takes the connection and says nothing', async () => {
    const { port } = silent.address() as { port: number };
    const url = `postgres://owner@127.0.0.1:${port}/silent`;
    await expect(withOwner(url, { name: 'test' }, async () => 'connected')).rejects.toThrow('timeout');
  }, 60_000);

  it('gives up a statement that is not answered', async () => {
    const waits = withOwner(database.ownerUrl, { name: 'test', answerMs: 200 }, (owner) =>
      owner.query('SELECT pg_sleep(60)'),
    );
    await expect(waits).rejects.toThrow('Query read timeout');
  });

  it('fails, and does not end the process, when its connection is lost between two statements', async () => {
    const lost = withOwner(database.ownerUrl, { name: 'lost' }, async (owner) => {
      const ended = new Promise((resolve) => owner.once('end', resolve));
      await withOwner(database.ownerUrl, { name: 'test' }, (other) =>
        other.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sync-operations-lost'`,
        ),
      );
      await ended;
      await owner.query('SELECT 1');
    });
    await expect(lost).rejects.toThrow();
  });
});

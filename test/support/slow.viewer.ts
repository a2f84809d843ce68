import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Requests the stream and then reads no byte of it. Resolves when the response has begun. */
export async function openViewerThatNeverReads(baseUrl: string, apiKey: string): Promise<Socket> {
  const { hostname, port } = new URL(baseUrl);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  socket.write(`GET /api/sync/progress/stream HTTP/1.1\r\nHost: ${hostname}\r\nX-Api-Key: ${apiKey}\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

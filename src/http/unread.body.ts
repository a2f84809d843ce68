import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** How long what still arrives is thrown away after the last response, so that the client gets to read it instead of a reset. */
const LINGER_MS = 500;

/** Whether the request has a body of which something has not arrived yet. */
export function isBodyUnread({ raw }: Pick<FastifyRequest, 'raw'>): boolean {
  return announcesBody(raw) && !raw.complete;
}

/**
 * Makes the response the last of its connection. Node would destroy the connection behind it; what still arrives is thrown away instead
 * for a moment, and nobody parses it.
 */
export function endConnectionAfter(reply: FastifyReply): void {
  reply.header('connection', 'close');
  const { socket } = reply.request.raw;
  socket.destroySoon = () => closeGently(socket);
}

const announcesBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

/**
 * Sends `last` and closes the connection: our side at once, the whole after a moment. A connection that is destroyed
 * while bytes arrive is reset, and the reset can overtake the response.
 */
export function closeGently(socket: Socket, last = ''): void {
  if (socket.destroyed || socket.writableEnded) return;
  socket.end(last);
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

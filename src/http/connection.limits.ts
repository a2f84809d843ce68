import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Closes connections beyond the limits at once: in all, and from one address. Node answers nothing on them, since whoever holds
 * thousands reads no answer.
 */
export function limitConnections(server: Server, { all, perAddress }: { all: number; perAddress: number }): void {
  server.maxConnections = all;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    const count = (open.get(remoteAddress) ?? 0) + 1;
    if (count > perAddress) {
      socket.destroy();
      return;
    }
    open.set(remoteAddress, count);
    socket.once('close', () => {
      const left = (open.get(remoteAddress) ?? 1) - 1;
      if (left === 0) open.delete(remoteAddress);
      else open.set(remoteAddress, left);
    });
  });
}

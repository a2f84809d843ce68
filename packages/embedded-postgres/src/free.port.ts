import { type AddressInfo, createServer } from 'node:net';

/** `preferred` when nothing listens there on 127.0.0.1, else a port the system picks. */
export async function freePort(preferred: number | undefined): Promise<number> {
  return (
    (preferred && (await tryPort(preferred))) || (await tryPort(0)) || Promise.reject(new Error('no free TCP port'))
  );
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const bound = (probe.address() as AddressInfo).port;
      probe.close(() => resolve(bound));
    });
  });
}

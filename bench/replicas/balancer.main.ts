import { type AddressInfo, connect, createServer } from 'node:net';

// Passes each connection on to the next of the replicas that the arguments name, as a balancer of connections does, and looks into nothing.

const replicas = process.argv.slice(2).map(Number);
let next = 0;

const server = createServer({ noDelay: true }, (client) => {
  const replica = connect({ host: '127.0.0.1', port: replicas[next++ % replicas.length] as number, noDelay: true });
  const end = () => {
    client.destroy();
    replica.destroy();
  };
  client.pipe(replica).pipe(client);
  for (const socket of [client, replica]) socket.on('error', end).on('close', end);
});
server.listen(0, '127.0.0.1', () =>
  console.log(`the balancer listens on http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

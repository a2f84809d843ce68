import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Of nobody: made for these tests. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWcZ+oVMZSZjy/8pm
crWPNFyfN89oJHWYNXcBam/T+O2hRANCAARstRpCnY+kYDUmM91wnCrBOdKebFza
C4qp9EdBbMJIi6vZFeQSpxzxNOsMaUjWWp0i9HR5fyllJ/VZ9vq88fjt
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBkDCCATagAwIBAgIUfzPb9VtdfUT29NeAanJV4uVp4X0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTI3LjAuMC4xMCAXDTI2MTEzMDA0MDc1MloYDzIxMjYxMTA2
MDQwNzUyWjAUMRIwEAYDVQQDDAkxMjcuMC4wLjEwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARstRpCnY+kYDUmM91wnCrBOdKebFzaC4qp9EdBbMJIi6vZFeQSpxzx
NOsMaUjWWp0i9HR5fyllJ/VZ9vq88fjto2QwYjAdBgNVHQ4EFgQUOidnPoLdJLC8
Zn2hza70uRBFk88wHwYDVR0jBBgwFoAUOidnPoLdJLC8Zn2hza70uRBFk88wDwYD
VR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/AAABMAoGCCqGSM49BAMCA0gAMEUC
IE72quHC9TY7ABXCaTQTngvhkff/QUpGQT0o0A+mtskzAiEAvQ+TZfef8PkhFE57
L/7NeClqg1rE5tRwUezMHRo8bM4=
-----END CERTIFICATE-----`;

/** A server whose certificate no authority has signed. `connections` counts those that were opened to it. */
export async function startSelfSignedServer() {
  let connections = 0;
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => response.end('{}'));
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

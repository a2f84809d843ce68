import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, importJWK, type JWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestService, type TestService } from '../support/test-service.ts';
import { claims, sendWithToken } from './auth.support.ts';

/** An issuer that publishes its keys, and can be ill. */
class Issuer {
  keys: JWK[] = [];
  /** What it returns instead of its keys. */
  illness: { status: number; body: string } | undefined;
  asked = 0;
  private server: Server | undefined;
  private port = 0;

  async open(): Promise<string> {
    this.server = createServer((_request, response) => {
      this.asked += 1;
      const { status, body } = this.illness ?? { status: 200, body: JSON.stringify({ keys: this.keys }) };
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(body);
    }).listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.port}/keys`;
  }

  async close(): Promise<void> {
    if (!this.server?.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** Publishes a new key and returns what signs with it. */
  async newKey(kid: string | undefined, alg: string): Promise<() => Promise<string>> {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    this.keys.push({ ...(await exportJWK(publicKey)), ...(kid && { kid }), alg, use: 'sig' });
    return tokenSignedBy(privateKey, kid, alg);
  }
}

const tokenSignedBy = (key: CryptoKey, kid: string | undefined, alg: string) => () =>
  claims()
    .setProtectedHeader({ alg, ...(kid && { kid }) })
    .sign(key);

const ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

let issuer: Issuer;
let service: TestService;

beforeEach(async () => {
  issuer = new Issuer();
  service = await startTestService({ SYNC_JWT_SECRET: '', SYNC_JWKS_URL: await issuer.open() });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await service.close();
  await issuer.close();
});

const statusOf = async (token: string) => (await sendWithToken(service, token)).status;

/** The keys are asked for again at most every half minute, so that unknown ones cannot be used to overload the issuer. */
function halfAMinuteLater(): void {
  const later = Date.now() + 31_000;
  vi.spyOn(Date, 'now').mockImplementation(() => later);
}

describe('Tokens of every promised algorithm are taken, with one key or several: published keys', () => {
  it.each(ALGORITHMS)('verify %s', async (alg) => {
    const sign = await issuer.newKey('k1', alg);
    expect(await sendWithToken(service, await sign())).toMatchObject({ status: 200, body: { org_id: 'org-1' } });
  });

  it.each([true, false])('verify tokens of every algorithm side by side, with names: %s', async (named) => {
    const signers = [];
    for (const alg of ALGORITHMS) signers.push(await issuer.newKey(named ? alg : undefined, alg));
    for (const sign of signers) expect(await statusOf(await sign())).toBe(200);
  });

  it.each(['ES256', 'RS256', 'EdDSA'])('without a name are all tried: three of %s', async (alg) => {
    const signers = [];
    for (let key = 0; key < 3; key += 1) signers.push(await issuer.newKey(undefined, alg));
    for (const sign of signers) expect(await statusOf(await sign())).toBe(200);
    const { privateKey } = await generateKeyPair(alg);
    expect(await statusOf(await tokenSignedBy(privateKey, undefined, alg)())).toBe(401);
  });

  it('without a name refuse what one of them signed and has ended, and say so', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    await issuer.newKey(undefined, 'ES256');
    issuer.keys.push({ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' });
    const ended = await claims({ exp: Math.floor(Date.now() / 1000) - 60 })
      .setProtectedHeader({ alg: 'ES256' })
      .sign(privateKey);
    expect(await sendWithToken(service, ended)).toMatchObject({ status: 401, detail: 'The token has expired.' });
  });

  it('refuse a token without a signature, and one that brings its key', async () => {
    await issuer.newKey('k1', 'ES256');
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const own = await exportJWK(publicKey);
    const header = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, payload] = (await tokenSignedBy(privateKey, 'k1', 'ES256')()).split('.');
    for (const token of [
      `${header({ alg: 'none' })}.${payload}.`,
      `${header({ alg: 'none', kid: 'k1' })}.${payload}.`,
      await claims().setProtectedHeader({ alg: 'ES256', jwk: own }).sign(privateKey),
      await claims().setProtectedHeader({ alg: 'ES256', jku: 'http://127.0.0.1:1/keys' }).sign(privateKey),
    ])
      expect(await statusOf(token)).toBe(401);
  });

  it('refuse what another key signed under the same name', async () => {
    await issuer.newKey('k1', 'ES256');
    const { privateKey } = await generateKeyPair('ES256');
    expect(await statusOf(await tokenSignedBy(privateKey, 'k1', 'ES256')())).toBe(401);
  });

  it('refuse what was signed with the public key as if it were a shared secret', async () => {
    await issuer.newKey('k1', 'RS256');
    const pem = await exportSPKI((await importJWK({ ...issuer.keys[0], ext: true } as JWK)) as CryptoKey);
    for (const header of [{ alg: 'HS256', kid: 'k1' }, { alg: 'HS256' }]) {
      const token = await claims().setProtectedHeader(header).sign(new TextEncoder().encode(pem));
      expect(await statusOf(token)).toBe(401);
    }
    // Refused for what it says of itself, before anything is looked for.
    expect(issuer.asked).toBe(0);
  });

  it('may be rotated: a new one is found, a withdrawn one is refused', async () => {
    const old = await issuer.newKey('old', 'ES256');
    expect(await statusOf(await old())).toBe(200);
    issuer.keys = [];
    const fresh = await issuer.newKey('new', 'RS256');
    halfAMinuteLater();
    expect(await statusOf(await fresh())).toBe(200);
    expect(await statusOf(await old())).toBe(401);
  });

  it('are not asked for again at every token of an unknown key', async () => {
    const known = await issuer.newKey('known', 'ES256');
    expect(await statusOf(await known())).toBe(200);
    const { privateKey } = await generateKeyPair('ES256');
    for (const kid of ['a', 'b', 'c'])
      expect(await statusOf(await tokenSignedBy(privateKey, kid, 'ES256')())).toBe(401);
    expect(issuer.asked).toBe(1);
  });
});

describe('an issuer that does not respond', () => {
  it('is our failure and not the caller’s, and is asked again', async () => {
    const sign = await issuer.newKey('k1', 'ES256');
    await issuer.close();
    const response = await sendWithToken(service, await sign());
    expect(response).toMatchObject({ status: 503, problem: 'unavailable' });
    expect(response.headers['retry-after']).toBe('5');
    await issuer.open();
    expect(await statusOf(await sign())).toBe(200);
  });

  it.each([
    ['an error', { status: 500, body: 'oops' }],
    ['a page', { status: 200, body: '<html>' }],
    ['no keys', { status: 200, body: '{}' }],
  ])('so is one that responds with %s', async (_what, illness) => {
    const sign = await issuer.newKey('k1', 'ES256');
    issuer.illness = illness;
    expect(await statusOf(await sign())).toBe(503);
    issuer.illness = undefined;
    expect(await statusOf(await sign())).toBe(200);
  });

  it('holds up nobody whose token was verified a moment ago', async () => {
    const token = await (await issuer.newKey('k1', 'ES256'))();
    expect(await statusOf(token)).toBe(200);
    await issuer.close();
    expect(await statusOf(token)).toBe(200);
  });
});

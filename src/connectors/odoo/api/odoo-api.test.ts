import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../contract/connector.error.ts';
import type { HttpResponse } from '../../http/http.types.ts';
import { OdooClient } from '../client/odoo.client.ts';
import type { OdooSettings } from '../odoo.settings.ts';
import { Json2Api } from './json2.api.ts';
import { JsonRpcApi } from './jsonrpc.api.ts';
import { faultOf, OdooFault, readable } from './odoo.fault.ts';
import { json, recorded, ScriptedHttp } from './odoo-api.support.ts';
import { RetryingApi } from './retrying.api.ts';
import { detectVersion, parseVersion } from './version.detection.ts';

const CONNECTION = { baseUrl: 'https://odoo.example', database: 'odoo19', username: 'admin', apiKey: 'key' };
const { signal } = new AbortController();
const READ = { idempotent: true, signal };

const json2 = (...responses: HttpResponse[]) => new Json2Api({ http: new ScriptedHttp(...responses), ...CONNECTION });
const failure = async (call: Promise<unknown>): Promise<Partial<OdooFault>> => {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConnectorError)) throw new Error(`No ConnectorError: ${error}`);
  const { kind, message, status, ambiguous } = error;
  return { kind, message, status, ambiguous, ...(error instanceof OdooFault && { errorClass: error.errorClass }) };
};

describe('JSON-2', () => {
  it.each([
    ['82-json2-bad-key', 'auth', 'access_denied'],
    ['83-json2-no-key', 'auth', 'access_denied'],
    ['84-json2-bad-model', 'not-found', 'not_found'],
    ['85-json2-bad-method', 'not-found', 'not_found'],
    ['86-json2-bad-arg', 'rejected', 'type_error'],
    ['87-json2-bad-field', 'rejected', 'value_error'],
    ['88-json2-missing', 'not-found', 'missing'],
    ['90-json2-user-error', 'rejected', 'redirect_warning'],
    ['94-json2-create-no-name', 'rejected', 'validation_error'],
    ['92-json2-wrong-db', 'not-found', undefined],
  ])('reads %s as %s', async (recording, kind, errorClass) => {
    const response = recorded(`odoo-19/${recording}`);
    const found = await failure(json2(response).call('res.partner', 'x', {}, { idempotent: false, signal }));
    expect(found).toMatchObject({ kind, status: response.status, ambiguous: false });
    expect(found.errorClass).toBe(errorClass);
  });

  it('sends named arguments, the key and the database', async () => {
    const http = new ScriptedHttp(recorded('odoo-19/80-json2-search_read'));
    const api = new Json2Api({ http, ...CONNECTION });
    const rows = await api.call('res.partner', 'search_read', { domain: [] }, READ);
    expect(rows).toEqual([expect.objectContaining({ id: 15, name: 'Zoë Lee 10', email: false, category_id: [2] })]);
    expect(http.requests).toEqual([
      expect.objectContaining({
        url: 'https://odoo.example/json/2/res.partner/search_read',
        headers: expect.objectContaining({ authorization: 'bearer key', 'x-odoo-database': 'odoo19' }),
        body: '{"domain":[]}',
      }),
    ]);
    expect(api.serverTime()).toBe(Date.parse('2026-11-22T13:32:19Z'));
  });

  it('does not know the outcome of a create whose response is cut off', async () => {
    const cut = { status: 200, headers: {}, body: '[10' };
    const found = await failure(json2(cut).call('res.partner', 'create', {}, { idempotent: false, signal }));
    expect(found).toMatchObject({ kind: 'protocol', ambiguous: true });
  });

  it('treats a 500 that names no exception as a breakdown, not as a refusal', async () => {
    const broken = { status: 500, headers: {}, body: '{"code":"internal_server_error","message":"Oops"}' };
    const found = await failure(json2(broken).call('res.partner', 'create', {}, { idempotent: false, signal }));
    expect(found).toMatchObject({ kind: 'unavailable', ambiguous: true });
    expect(found.errorClass).toBeUndefined();
  });
});

describe('JSON-RPC', () => {
  const signIn = recorded('odoo-18/60-jsonrpc-authenticate');

  it.each([
    ['63-jsonrpc-bad-password', 'auth'],
    ['64-jsonrpc-unknown-field', 'rejected'],
    ['65-jsonrpc-user-error', 'rejected'],
    ['66-jsonrpc-missing', 'not-found'],
    ['67-jsonrpc-bad-json', 'rejected'],
    ['72-web-call_kw-no-session', 'auth'],
  ])('reads %s as %s, whatever the code, on 18 and on 19', async (recording, kind) => {
    for (const version of ['odoo-18', 'odoo-19']) {
      const http = new ScriptedHttp(signIn, recorded(`${version}/${recording}`));
      const api = new JsonRpcApi({ http, ...CONNECTION });
      expect(await failure(api.call('res.partner', 'x', {}, READ))).toMatchObject({ kind });
    }
  });

  it('goes by the class of an exception, since 18 words it in the language of the user', async () => {
    const http = new ScriptedHttp(signIn, recorded('odoo-18/334-other-company-read'));
    const found = await failure(new JsonRpcApi({ http, ...CONNECTION }).call('res.partner', 'read', {}, READ));
    expect(found).toMatchObject({ kind: 'forbidden', errorClass: 'access_error' });
    expect(found.message).toMatch(/^Oh-oh! Es sieht so aus/);
  });

  it('reads nothing of a model that the server does not have, in whatever language it says so', async () => {
    const settings = {
      ...CONNECTION,
      protocol: 'jsonrpc',
      language: 'en_US',
      companyId: null,
    } as unknown as OdooSettings;
    const search = { domain: [], fields: ['name'] };
    for (const message of ["Object product.pricelist doesn't exist", 'Das Objekt product.pricelist existiert nicht']) {
      const data = { name: 'odoo.exceptions.UserError', message };
      const http = new ScriptedHttp(signIn, json({ error: { code: 200, data } }));
      expect(await new OdooClient(settings, http).firstReadable('product.pricelist', search, signal)).toBeNull();
    }
  });

  it('tries again after a page of a firewall, which no Odoo wrote', async () => {
    const page = { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>Request blocked</html>' };
    const refusals = [json2(page), new JsonRpcApi({ http: new ScriptedHttp(page), ...CONNECTION })].map((api) =>
      api.call('res.partner', 'read', {}, READ).catch((error: unknown) => error),
    );
    for (const error of await Promise.all(refusals)) {
      expect(error).toMatchObject({ kind: 'forbidden', passing: true, transient: true });
      expect(error).not.toBeInstanceOf(OdooFault);
    }
    const own = await json2(json({ name: 'odoo.exceptions.AccessError', message: 'No.' }, 403))
      .call('res.partner', 'read', {}, READ)
      .catch((error: unknown) => error);
    expect(own).toMatchObject({ kind: 'forbidden', transient: false });
  });

  it('treats false as a wrong password', async () => {
    const http = new ScriptedHttp(recorded('odoo-18/61-jsonrpc-authenticate-bad'));
    const found = await failure(new JsonRpcApi({ http, ...CONNECTION }).call('res.partner', 'read', {}, READ));
    expect(found).toMatchObject({ kind: 'auth' });
  });

  it('signs in once and puts what must be there into its position', async () => {
    const http = new ScriptedHttp(signIn, json({ result: [7] }), json({ result: true }));
    const api = new JsonRpcApi({ http, ...CONNECTION });
    await api.call('res.partner', 'create', { vals_list: [{ name: 'a' }], context: {} }, READ);
    await api.call('res.partner', 'write', { ids: [7], vals: { name: 'b' }, context: {} }, READ);
    expect(http.bodies.slice(1)).toEqual([
      expect.objectContaining({
        params: {
          service: 'object',
          method: 'execute_kw',
          args: ['odoo19', 2, 'key', 'res.partner', 'create', [[{ name: 'a' }]], { context: {} }],
        },
      }),
      expect.objectContaining({
        params: expect.objectContaining({
          args: ['odoo19', 2, 'key', 'res.partner', 'write', [[7], { name: 'b' }], { context: {} }],
        }),
      }),
    ]);
  });
});

describe('what Odoo raised', () => {
  it('has the first paragraph of the message of Odoo, without actions, tracebacks or groups', () => {
    const { body } = recorded('odoo-19/90-json2-user-error');
    expect(readable(JSON.parse(body).message)).toBe(
      'You cannot delete contacts linked to an active user. You should rather archive them after archiving their associated user.',
    );
    expect(readable("Pay first.\n{'type': 'ir.actions.act_window'}\nNone")).toBe('Pay first.');
    expect(readable('')).toBe('Odoo gave no reason.');
    expect(readable('x'.repeat(5_000))).toHaveLength(300);
  });

  it.each([
    ['odoo.exceptions.AccessError', 'You are not allowed to modify', 'forbidden'],
    ['odoo.exceptions.UserError', "Object res.nope doesn't exist", 'not-found'],
    ['builtins.AttributeError', "The method 'res.partner.nope' does not exist", 'not-found'],
    ['psycopg2.OperationalError', 'FATAL:  database "nodb" does not exist', 'not-found'],
    ['psycopg2.OperationalError', 'server closed the connection unexpectedly', 'unavailable'],
    ['psycopg2.errors.SerializationFailure', 'could not serialize access due to concurrent update', 'unavailable'],
    ['odoo.exceptions.LockError', 'locked', 'unavailable'],
  ])('%s: %s is %s', (name, message, kind) => {
    expect(faultOf({ name, message }).kind).toBe(kind);
  });
});

describe('what lost against another transaction', () => {
  const conflict = () =>
    json({ name: 'psycopg2.errors.SerializationFailure', message: 'could not serialize access', debug: 'x' }, 500);
  const quickly = { baseWaitMs: 0, attempts: 3, random: () => 0.5 };

  it('is tried again, also a create, because it had no effect', async () => {
    const api = new RetryingApi(json2(conflict(), conflict(), json([7])), quickly);
    expect(await api.call('res.partner', 'create', {}, { idempotent: false, signal })).toEqual([7]);
  });

  it('is given up after some attempts, without ambiguity', async () => {
    const api = new RetryingApi(json2(conflict(), conflict(), conflict()), quickly);
    const found = await failure(api.call('res.partner', 'create', {}, { idempotent: false, signal }));
    expect(found).toMatchObject({ kind: 'unavailable', ambiguous: false });
  });

  it('is not waited for once the caller has left', async () => {
    const aborted = { idempotent: true, signal: AbortSignal.abort() };
    const api = new RetryingApi(json2(conflict(), json([7])), { baseWaitMs: 60_000 });
    expect(await failure(api.call('res.partner', 'write', {}, aborted))).toMatchObject({ kind: 'aborted' });
  });
});

describe('the server’s version', () => {
  it('is asked of the page of newer servers first, then by JSON-RPC', async () => {
    const missing = { status: 404, headers: {}, body: '<html>' };
    const version = json({ result: { server_version: '18.0', server_version_info: [18, 0, 0, 'final', 0, ''] } });
    const http = new ScriptedHttp(missing, version);
    expect(await detectVersion(http, 'https://odoo.example', signal)).toEqual({ text: '18.0', major: 18 });
    const newer = new ScriptedHttp(json({ version: '19.0', version_info: [19, 0, 0, 'final', 0, ''] }));
    expect(await detectVersion(newer, 'https://odoo.example', signal)).toEqual({ text: '19.0', major: 19 });
  });

  it('is understood when it is a rolling one', () => {
    const rolling = { server_version: 'saas~18.4+e', server_version_info: ['saas~18', 4, 0, 'final', 0, 'e'] };
    expect(parseVersion(rolling)).toEqual({ text: 'saas~18.4+e', major: 18 });
    expect(parseVersion('<html>')).toBeNull();
  });
});

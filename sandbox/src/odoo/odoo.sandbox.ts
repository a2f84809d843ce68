import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultPlan } from '../faults/fault.plan.ts';
import type { FaultRule } from '../faults/fault.rules.ts';
import { modelsOf } from './models/model.registry.ts';
import { parameterRow } from './models/parameter.model.ts';
import { ADMIN_UID } from './models/user.model.ts';
import { adminOf, type ModelState, type OdooAdmin, stateOf } from './odoo.admin.ts';
import { OdooFaultPlan, type OdooFaults } from './odoo.faults.ts';
import { sandboxListener } from './odoo.listener.ts';
import { type OdooSandboxOptions, resolveOptions } from './odoo.options.ts';
import { InMemoryDatabase } from './orm/database.ts';
import type { OdooVersion } from './orm/model.types.ts';
import { UserAuthenticator } from './rpc/user.authenticator.ts';

/** A running sandbox Odoo. */
export interface OdooSandbox {
  /** Without a trailing slash; JSON-RPC is at /jsonrpc, JSON-2 below /json/2. */
  url: string;
  version: OdooVersion;
  database: string;
  username: string;
  /** JSON-RPC accepts the password or the key, JSON-2 the key. */
  password: string;
  apiKey: string;
  /** Of that user. */
  uid: number;
  admin: OdooAdmin;
  /** By model. */
  state(): Record<string, ModelState>;
  /** How often each `model.method`, and `common.authenticate` and such, was called since the start or the last reset. */
  calls(): Record<string, number>;
  resetCalls(): void;
  /** Replaces the network faults; an empty list ends them. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Replaces the faults of the server itself; an empty object ends them. */
  setOdooFaults(faults: OdooFaults): void;
  /** Ends every connection and frees the port. */
  stop(): Promise<void>;
}

/** The same after a restart, and another one for every Odoo of the machine. */
function uuidOf(url: string, seed: number): string {
  const hex = createHash('sha256').update(`database ${seed} ${url}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
}

/** Starts an Odoo that responds like the real ones of test/recordings/odoo-18 and odoo-19. */
export async function startOdooSandbox(options: OdooSandboxOptions): Promise<OdooSandbox> {
  const resolved = resolveOptions(options);
  const { version, database, username, password, apiKey } = resolved;
  const db = new InMemoryDatabase(version, modelsOf({ ...resolved, login: username }), resolved.now);
  const own = new OdooFaultPlan(resolved.odooFaults);
  db.watch = (env, model, id) => own.checkRecord(env, model, id);
  const users = new UserAuthenticator(version, { login: username, password, apiKey });
  const calls = new Map<string, number>();
  const rpc = { db, database, users, faults: own, calls };

  const faults = new FaultPlan(resolved.faults);
  const stopping = new AbortController();
  const { latencyMs } = resolved;
  // Connections break on demand only, not because a client comes back when an idle one is just being closed.
  const listener = sandboxListener({ rpc, faults, latencyMs, stopping: stopping.signal });
  const server = createServer({ keepAliveTimeout: 60_000 }, listener);
  server.listen(resolved.port, resolved.host);
  await once(server, 'listening');

  const url = `http://${resolved.host}:${(server.address() as AddressInfo).port}`;
  const uuid = resolved.databaseUuid === undefined ? uuidOf(url, resolved.seed) : resolved.databaseUuid;
  if (uuid !== null) db.put('ir.config_parameter', parameterRow('database.uuid', uuid));

  return {
    url,
    ...{ version, database, username, password, apiKey },
    uid: ADMIN_UID,
    admin: adminOf(db),
    state: () => stateOf(db),
    calls: () => Object.fromEntries(calls),
    resetCalls: () => calls.clear(),
    setFaults: (rules) => faults.set(rules),
    setOdooFaults: (next) => own.set(next),
    async stop() {
      stopping.abort();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve()); // also called, with an error, for a server that was stopped before
      });
      server.closeAllConnections();
      await closed;
    },
  };
}

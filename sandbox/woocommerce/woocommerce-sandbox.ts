import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultPlan } from '../faults/fault.plan.ts';
import type { FaultRule } from '../faults/fault.rules.ts';
import { createAuthenticator } from './auth/api-key.authenticator.ts';
import { customerRoutes } from './customers/customer.routes.ts';
import { CustomerStore } from './customers/customer.store.ts';
import { sandboxListener } from './sandbox.listener.ts';
import { type ResolvedOptions, resolveOptions, type WooCommerceSandboxOptions } from './sandbox.options.ts';
import { createDispatcher } from './wordpress/rest.dispatcher.ts';
import type { Route } from './wordpress/rest.types.ts';

/** A running sandbox shop. */
export interface WooCommerceSandbox {
  /** The shop's home URL, no slash at its end; the API is below /wp-json/wc/v3. */
  url: string;
  consumerKey: string;
  consumerSecret: string;
  /** Replaces the faults in force; an empty list ends them. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Ends every connection and frees the port. */
  stop(): Promise<void>;
}

/** Starts a shop that answers as WooCommerce 11 does in test/recordings/woocommerce-11. */
export async function startWooCommerceSandbox(options: WooCommerceSandboxOptions = {}): Promise<WooCommerceSandbox> {
  const resolved = resolveOptions(options);
  const faults = new FaultPlan(resolved.faults);
  const stopping = new AbortController();
  const server = createServer();
  server.listen(resolved.port, resolved.host);
  await once(server, 'listening');

  // Links and OAuth signatures hold the port, which is known only now; nobody can have connected in between.
  const url = `http://${resolved.host}:${(server.address() as AddressInfo).port}`;
  server.on('request', sandboxListener({ dispatch: shopAt(url, resolved), faults, stopping: stopping.signal }));

  return {
    url,
    consumerKey: resolved.consumerKey,
    consumerSecret: resolved.consumerSecret,
    setFaults: (rules) => faults.set(rules),
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

function shopAt(homeUrl: string, options: ResolvedOptions) {
  const { customers, badRate, seed, consumerKey, consumerSecret, permissions, otherKeys, treatAsHttps, now } = options;
  const store = new CustomerStore({ seed, customers, badRate });
  const routes: Route[] = [...customerRoutes(store, homeUrl, now)];
  const keys = [{ consumerKey, consumerSecret, permissions }, ...otherKeys];
  const authenticate = createAuthenticator({ homeUrl, keys, isHttps: treatAsHttps, now });
  return createDispatcher({ homeUrl, routes, authenticate });
}

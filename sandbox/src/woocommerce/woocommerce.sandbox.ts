import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultPlan } from '../faults/fault.plan.ts';
import type { FaultRule } from '../faults/fault.rules.ts';
import { createShopAdmin, type ShopAdmin } from './control/shop.admin.ts';
import { RequestCounter, WriteCounter } from './control/shop.counters.ts';
import { readState, type ShopState } from './control/shop.state.ts';
import { assembleShop } from './shop.assembly.ts';
import type { DeliveryFaults } from './webhooks/webhook.types.ts';
import { sandboxListener } from './woocommerce.listener.ts';
import { resolveOptions, type WooCommerceSandboxOptions } from './woocommerce.options.ts';

/** A running sandbox shop. */
export interface WooCommerceSandbox {
  /** The shop's home URL without a trailing slash; the API is below /wp-json/wc/v3. */
  url: string;
  consumerKey: string;
  consumerSecret: string;
  /** Bypasses the REST API, like somebody in the shop's back office. */
  admin: ShopAdmin;
  /** The exact content of the shop, and what was requested and written. */
  state(): ShopState;
  /** Resets the counts of requests and writes. */
  resetCounters(): void;
  /** Replaces the active faults; an empty list ends them. */
  setFaults(rules: readonly FaultRule[]): void;
  /** Sets the faults of webhooks; `{}` ends them. */
  setDeliveryFaults(faults: DeliveryFaults): void;
  /** Resolves when every webhook is delivered or has failed. */
  webhooksSettled(): Promise<void>;
  /** Ends every connection and frees the port. */
  stop(): Promise<void>;
}

/** Starts a shop that responds like the WooCommerce 11 of test/recordings/woocommerce-11. */
export async function startWooCommerceSandbox(options: WooCommerceSandboxOptions = {}): Promise<WooCommerceSandbox> {
  const resolved = resolveOptions(options);
  const faults = new FaultPlan(resolved.faults);
  const stopping = new AbortController();
  // Connections break on demand only, not because a client comes back when an idle one is just being closed.
  const server = createServer({ keepAliveTimeout: 60_000 });
  server.listen(resolved.port, resolved.host);
  await once(server, 'listening');

  // Links and OAuth signatures contain the port, which is known only now. No client can have connected in between.
  const url = `http://${resolved.host}:${(server.address() as AddressInfo).port}`;
  const shop = assembleShop(url, resolved, stopping.signal);
  const [requests, writes] = [new RequestCounter(), new WriteCounter()];
  shop.changes.listen((change) => writes.count(change));
  const admin = createShopAdmin(shop);
  const state = () => readState(shop, requests, writes);
  const resetCounters = () => {
    requests.reset();
    writes.reset();
  };
  const { stripAuthorization } = resolved;
  const { dispatch, webhooks } = shop;
  const listener = { dispatch, faults, admin, state, requests, resetCounters, webhooks, stripAuthorization };
  server.on('request', sandboxListener({ ...listener, stopping: stopping.signal }));

  return {
    url,
    consumerKey: resolved.consumerKey,
    consumerSecret: resolved.consumerSecret,
    admin,
    state,
    resetCounters,
    setFaults: (rules) => faults.set(rules),
    setDeliveryFaults: (deliveryFaults) => webhooks.setFaults(deliveryFaults),
    webhooksSettled: () => webhooks.settled(),
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

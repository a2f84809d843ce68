import { startWooCommerceSandbox, type WooCommerceSandbox } from '@sync-operations/sandbox';
import { describe, expect, it } from 'vitest';
import type { EntityType } from '../../../src/connectors/canonical/canonical.types.ts';
import { HttpClients } from '../../../src/connectors/http/http.clients.ts';
import { woocommerce } from '../../../src/connectors/woocommerce/woocommerce.connector.ts';
import { type ContractSubject, describeConnectorContract } from '../contract/connector.contract.ts';
import { FULL, readAll } from '../contract/connector.pagination.ts';
import { openShop } from './session.support.ts';

type State = ReturnType<WooCommerceSandbox['state']>;

interface ShopSubject {
  expectedIds(state: State): readonly string[];
  change(shop: WooCommerceSandbox): number;
  readonly tolerates?: ContractSubject['tolerates'];
}

/** Accounts, and the emails of those who ordered without one. */
function customerIds(state: State): string[] {
  const accounts = state.customers();
  const known = new Set(accounts.map(({ email }) => email.toLowerCase()));
  const guests = state
    .orders()
    .filter(({ customer_id, status }) => customer_id === 0 && status !== 'trash')
    .map(({ billing }) => billing.email?.toLowerCase() ?? '')
    .filter((email) => email !== '' && !known.has(email));
  const customers = accounts.filter(({ role }) => role === 'customer').map(({ id }) => String(id));
  return [...customers, ...[...new Set(guests)].map((email) => `guest:${email}`)];
}

const SUBJECTS: Readonly<Record<EntityType, ShopSubject>> = {
  customer: {
    expectedIds: customerIds,
    change: (shop) => Number(shop.admin.updateCustomer(7, { first_name: 'Changed' }).id),
    // Only the orders of guests can be counted, and one of them is by somebody with an account.
    tolerates: { highCount: true },
  },
  product: {
    expectedIds: (state) => state.products().map(({ id }) => String(id)),
    change: (shop) => {
      const [product] = shop.state().products();
      return Number(shop.admin.updateProduct(Number(product?.id), { name: 'Changed' }).id);
    },
  },
  order: {
    expectedIds: (state) => state.orders().map(({ id }) => String(id)),
    change: (shop) => {
      const [order] = shop.state().orders();
      return Number(shop.admin.updateOrder(Number(order?.id), { customer_note: 'Changed' }).id);
    },
  },
};

const CASES = (Object.entries(SUBJECTS) as [EntityType, ShopSubject][]).flatMap(([entity, subject]) =>
  (['11.0', '7.9'] as const).map((version) => ({ entity, subject, version })),
);

for (const { entity, subject, version } of CASES) {
  describeConnectorContract(`woocommerce ${version} (${entity})`, async () => {
    let clock = Date.now() - 60_000;
    const clients = new HttpClients({ baseWaitMs: 2, maxBackoffMs: 4, maxAttempts: 2 });
    const shop = await startWooCommerceSandbox({
      customers: 30,
      products: 24,
      orders: 30,
      guestRate: 0,
      version,
      now: () => clock,
    });
    const [account] = shop.state().customers();
    for (const email of ['One@guest.example', 'two@guest.example', 'three@guest.example', account?.email])
      shop.admin.createOrder({ billing: { email, first_name: 'Guest' } });
    // One of each that has a trash is in it.
    shop.admin.trashProduct(Number(shop.state().products()[3]?.id));
    shop.admin.trashOrder(Number(shop.state().orders()[3]?.id));
    const { url, consumerKey: key, consumerSecret: secret } = shop;
    return {
      connector: woocommerce,
      entity,
      open: (http = clients.for('shop', { allowHttp: true, allowPrivateAddresses: true })) =>
        openShop(http, { url, key, secret }),
      expectedIds: () => subject.expectedIds(shop.state()),
      change: () => {
        clock += 5_000;
        const id = subject.change(shop);
        clock += 5_000;
        return String(id);
      },
      tolerates: subject.tolerates,
      close: async () => {
        await Promise.all([shop.stop(), clients.close()]);
      },
    };
  });
}

describe('A guest who ordered more than once', () => {
  it('are returned once in a read, and again only by a session that has not returned them', async () => {
    const clients = new HttpClients();
    const shop = await startWooCommerceSandbox({ customers: 5, orders: 60, guestRate: 1 });
    try {
      const { url, consumerKey: key, consumerSecret: secret } = shop;
      const http = clients.for('shop', { allowHttp: true, allowPrivateAddresses: true });
      const open = () => openShop(http, { url, key, secret });
      const { items, pages } = await readAll(open(), 'customer', FULL, 4);
      const returned = items.map(({ external_id }) => external_id);
      expect([...returned].sort()).toEqual(customerIds(shop.state()).sort());
      for (const [index, { next }] of pages.entries()) {
        if (next === null) continue;
        const rest = (await readAll(open(), 'customer', FULL, 4, next)).items.map(({ external_id }) => external_id);
        const expected = pages.slice(index + 1).flatMap((page) => page.items.map(({ external_id }) => external_id));
        expect(rest).toEqual(expect.arrayContaining(expected));
        expect(returned).toEqual(expect.arrayContaining(rest));
        expect(new Set(rest).size).toBe(rest.length);
      }
    } finally {
      await Promise.all([shop.stop(), clients.close()]);
    }
  });
});

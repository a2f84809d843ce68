import { createHash } from 'node:crypto';
import { createAuthenticator } from './auth/api-key.authenticator.ts';
import { unknownCustomer, unknownCustomerOf79 } from './customers/customer.errors.ts';
import { presentCustomer } from './customers/customer.presenter.ts';
import { customerRoutes } from './customers/customer.routes.ts';
import { CustomerService } from './customers/customer.service.ts';
import { CustomerStore } from './customers/customer.store.ts';
import { firstFreeId, lineIdAt, orderMetaId } from './orders/order.ids.ts';
import { showOrder } from './orders/order.presenter.ts';
import { orderRoutes } from './orders/order.routes.ts';
import { OrderService } from './orders/order.service.ts';
import { OrderStore } from './orders/order.store.ts';
import { RefundService } from './orders/refund.service.ts';
import { CatalogueWriter } from './products/catalogue.writer.ts';
import { Catalogue } from './products/product.catalogue.ts';
import { presentProduct } from './products/product.presenter.ts';
import { productRoutes } from './products/product.routes.ts';
import { ProductService } from './products/product.service.ts';
import { VariationService } from './products/variation.service.ts';
import { siteRoutes } from './site/site.routes.ts';
import { ChangeFeed } from './store/change.feed.ts';
import { IdSequence } from './store/overlay.store.ts';
import { WebhookDispatcher } from './webhooks/webhook.dispatcher.ts';
import { webhookRoutes } from './webhooks/webhook.routes.ts';
import { WebhookStore } from './webhooks/webhook.store.ts';
import type { ResolvedOptions } from './woocommerce.options.ts';
import { createDispatcher } from './wordpress/rest.dispatcher.ts';
import type { RawRequest } from './wordpress/rest.types.ts';

/** Builds the parts of a shop and connects them. */
export function assembleShop(homeUrl: string, options: ResolvedOptions, stopping: AbortSignal) {
  const { now, seed, customers, badRate, products, orders, guestRate } = options;
  const legacy = options.version === '7.9';
  const changes = new ChangeFeed();
  const ids = new IdSequence(firstFreeId({ products, orders }));
  const metaIds = new IdSequence(orderMetaId(orders, 0));

  const customerStore = new CustomerStore({ seed, customers, badRate });
  const customersUrl = `${homeUrl}/wp-json/wc/v3/customers`;
  const customerService = new CustomerService(
    customerStore,
    now,
    (event, customer) => {
      const shown = () => {
        const found = customerStore.get(customer.id);
        const missing = legacy ? unknownCustomerOf79('view') : unknownCustomer();
        return found ? presentCustomer(found, customersUrl) : missing.body();
      };
      const body = () => (event === 'deleted' ? { id: customer.id } : shown());
      changes.emit({ resource: 'customer', event, id: customer.id, body });
    },
    legacy,
  );

  const catalogue = new Catalogue({ seed, products });
  const productPresenter = { catalogue, homeUrl, now };
  const writer = new CatalogueWriter({
    ...{ catalogue, changes, ids, metaIds, now, homeUrl },
    legacy,
    show: (product) => presentProduct(product, productPresenter, 'view'),
  });
  const productServices = { service: new ProductService(writer), variations: new VariationService(writer) };

  const orderStore = new OrderStore({ seed, orders, guestRate, customers, products, badRate });
  const shown = { decimals: options.shownDecimals, exactTaxes: legacy };
  const hasCustomer = (id: number) => customerStore.has(id);
  const orderPresenter = {
    homeUrl,
    hasCustomer,
    taxRates: options.taxRates,
    shown,
    labels: (productId: number, variationId: number) => catalogue.labelOf(productId, variationId),
  };
  const orderService = new OrderService({
    ...{ orders: orderStore, writer, hasCustomer, changes, ids, metaIds, legacy, now },
    taxRates: options.taxRates,
    shown,
    pricesIncludeTax: options.pricesIncludeTax,
    accounts: {
      emailOf: (id) => customerStore.get(id)?.email ?? '',
      completed: (id) => customerService.becomePaying(id),
      lost: (id) => customerService.tell(id),
    },
    lineIds: new IdSequence(lineIdAt(orders, 0)),
    show: (order) => showOrder(order, orderPresenter),
  });

  const refunds = new RefundService(orderService, ids, now);

  const webhookStore = new WebhookStore(now, legacy ? 400 : 404);
  const webhooks = new WebhookDispatcher({ store: webhookStore, legacy, homeUrl, now, stopping });
  changes.listen((change) => webhooks.deliver(change));

  const routes = [
    ...customerRoutes(customerStore, customerService, homeUrl),
    ...productRoutes({ ...productServices, legacy }, productPresenter),
    ...orderRoutes({
      store: orderStore,
      service: orderService,
      refunds,
      presence: { listsDrafts: legacy, hasCustomer, deletions: () => customerStore.deletions() },
      presenter: orderPresenter,
    }),
    ...webhookRoutes(webhookStore, webhooks, homeUrl),
    ...siteRoutes({
      homeUrl,
      storeId: options.storeId ?? (legacy || options.storeId === null ? null : storeIdOf(homeUrl, seed)),
      pricesIncludeTax: options.pricesIncludeTax,
      shown,
    }),
  ];
  return {
    dispatch: createDispatcher({
      homeUrl,
      routes,
      authenticate: authenticatorOf(homeUrl, options),
      batchLimit: options.batchLimit,
      legacy,
    }),
    changes,
    webhooks,
    customers: {
      store: customerStore,
      service: customerService,
      show: (record: Customer) => presentCustomer(record, customersUrl),
    },
    products: { catalogue, ...productServices, presenter: productPresenter },
    orders: { store: orderStore, service: orderService, refunds, presenter: orderPresenter },
  };
}

export type Shop = ReturnType<typeof assembleShop>;

type Customer = Parameters<typeof presentCustomer>[0];

/** The same after a restart, and another one for every shop of the machine. */
function storeIdOf(homeUrl: string, seed: number): string {
  const hex = createHash('sha256').update(`store ${seed} ${homeUrl}`).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
}

function authenticatorOf(homeUrl: string, options: ResolvedOptions) {
  const { consumerKey, consumerSecret, permissions, keyOwner, otherKeys, treatAsHttps, behindProxy, now } = options;
  const keys = [{ consumerKey, consumerSecret, permissions, owner: keyOwner }, ...otherKeys];
  const isHttps = ({ headers }: RawRequest) => (behindProxy ? headers['x-forwarded-proto'] === 'https' : treatAsHttps);
  return createAuthenticator({ homeUrl, keys, isHttps, now });
}

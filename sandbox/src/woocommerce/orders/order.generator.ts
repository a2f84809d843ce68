import { hash32 } from '../../seeded.random.ts';
import { EMPTY_ADDRESS, EMPTY_BILLING } from '../customers/customer.address.ts';
import { COUNTRIES, FIRST_NAMES, LAST_NAMES } from '../customers/customer.names.ts';
import { productName, productPrice, variationOption, variationPrice } from '../products/product.generator.ts';
import { isVariable, productIdAt, variationIdAt, variationIndicesOf } from '../products/product.ids.ts';
import { percentOf } from '../store/cents.money.ts';
import { lineMeta } from './line.input.ts';
import { orderEmail, orderFacts } from './order.facts.ts';
import { lineIdAt, orderIdAt, orderKey, orderMetaId } from './order.ids.ts';
import { taxOn } from './order.money.ts';
import { TAX_RATE, totalsOf } from './order.totals.ts';
import type { LineItem, LineTax, OrderRecord, OrderSeed } from './order.types.ts';

const HOUR = 3_600_000;
/** In millionths. */
const CENT = 10_000;

/**
 * The generated order of an index; equal seeds make equal orders. At fixed steps of its number (index + 1): every 4th is
 * taxed, every 3rd shipped, every 11th has a fee, every 9th a discount.
 */
export function generateOrder(index: number, shop: OrderSeed): OrderRecord {
  const number = index + 1;
  const facts = orderFacts(index, shop);
  const { createdAt, modifiedAt, status } = facts;
  const taxed = number % 4 === 0;
  const tax = (total: number, subtotal = total): LineTax[] =>
    taxed
      ? [
          {
            rateId: TAX_RATE.id,
            total: taxOn(total, TAX_RATE.percent),
            subtotal: taxOn(subtotal, TAX_RATE.percent),
          },
        ]
      : [];
  const paidAt = status === 'completed' || status === 'processing' ? Math.min(createdAt + HOUR, modifiedAt) : null;
  const order: OrderRecord = {
    ...facts,
    id: orderIdAt(index, shop),
    currency: 'EUR',
    madeWith: 2,
    prices_include_tax: false,
    paidAt,
    completedAt: status === 'completed' ? modifiedAt : null,
    order_key: orderKey(shop.seed, index),
    billing: billingOf(index, shop),
    shipping: number % 3 === 0 ? { ...EMPTY_ADDRESS, city: 'Zürich', country: 'CH' } : { ...EMPTY_ADDRESS },
    payment_method: 'bacs',
    payment_method_title: '',
    transaction_id: '',
    created_via: 'checkout',
    customer_note: '',
    meta_data: [{ id: orderMetaId(index, 0), key: '_erp_sync', value: 'no' }],
    line_items: shop.products === 0 ? [] : generateLines(index, shop, tax),
    shipping_lines:
      number % 3 === 0
        ? [
            {
              id: lineIdAt(index, 4),
              method_title: 'Flat rate',
              method_id: 'flat_rate',
              instance_id: '1',
              total: 490 * CENT,
              taxes: tax(490 * CENT),
            },
          ]
        : [],
    fee_lines:
      number % 11 === 0
        ? [{ id: lineIdAt(index, 5), name: 'Gift wrap', tax_class: '', total: 150 * CENT, taxes: tax(150 * CENT) }]
        : [],
    refunds: [],
  };
  if (status !== 'refunded') return order;
  const amount = totalsOf(order).total;
  return {
    ...order,
    refunds: [{ id: order.id + 1, createdAt: modifiedAt, reason: 'Order fully refunded.', amount, refundedBy: 0 }],
  };
}

/** The ids of the products in a generated order, for the `product` filter. */
export function orderedProducts(index: number, shop: OrderSeed): { product: number; variation: number }[] {
  const lines = 1 + (hash32(shop.seed, index, 43) % 4);
  return Array.from({ length: lines }, (_, line) => {
    const product = hash32(shop.seed, index, 50 + line) % shop.products;
    const option = hash32(shop.seed, index, 60 + line) % 4;
    const variation = isVariable(product) ? (variationIndicesOf(product)[option] ?? -1) : -1;
    return { product, variation };
  });
}

function generateLines(
  index: number,
  shop: OrderSeed,
  tax: (total: number, subtotal: number) => LineTax[],
): readonly LineItem[] {
  const reduced = ['completed', 'processing', 'on-hold'].includes(orderFacts(index, shop).status);
  return orderedProducts(index, shop).map(({ product, variation }, line) => {
    const quantity = 1 + (hash32(shop.seed, index, 70 + line) % 4);
    const price = variation < 0 ? (productPrice(product, shop) ?? 0) : variationPrice(variation);
    const subtotal = price * quantity * CENT;
    const total = (index + 1) % 9 === 0 ? percentOf(price * quantity, 90) * CENT : subtotal;
    const metaId = orderMetaId(index, 1 + line * 2);
    const option = variation < 0 ? [] : [lineMeta(metaId, 'grose', variationOption(variation), 'Größe')];
    const stock = reduced ? [lineMeta(metaId + 1, '_reduced_stock', String(quantity))] : [];
    return {
      id: lineIdAt(index, line),
      name: variation < 0 ? productName(product) : `${productName(product)} - ${variationOption(variation)}`,
      product_id: productIdAt(product),
      variation_id: variation < 0 ? 0 : variationIdAt(variation),
      quantity,
      tax_class: '',
      subtotal,
      total,
      taxes: tax(total, subtotal),
      meta_data: [...option, ...stock],
    };
  });
}

function billingOf(index: number, shop: OrderSeed): OrderRecord['billing'] {
  const draw = (salt: number, below: number) => hash32(shop.seed, index, salt) % below;
  return {
    ...EMPTY_BILLING,
    first_name: FIRST_NAMES[draw(44, FIRST_NAMES.length)] ?? '',
    last_name: LAST_NAMES[draw(45, LAST_NAMES.length)] ?? '',
    address_1: `Straße ${index + 1}`,
    city: 'Köln',
    postcode: String(10_000 + draw(46, 89_999)),
    country: COUNTRIES[draw(47, COUNTRIES.length)] ?? 'DE',
    email: orderEmail(index, shop),
  };
}

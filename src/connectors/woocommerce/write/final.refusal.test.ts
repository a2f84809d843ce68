import { expect, it } from 'vitest';
import { readRecording } from '../../../../test/recordings/recording.parser.ts';
import type { Raw } from '../shop/shop.client.ts';
import { isFinalRefusal } from './final.refusal.ts';

const isFinal = (path: string, name: string): boolean => {
  const { request, body } = readRecording(`woocommerce-11/${name}`);
  return isFinalRefusal(path, JSON.parse(request.body ?? '{}') as Raw, body as Raw);
};

it.each([
  ['/customers', '31-create-bad-email'],
  ['/orders', '136-order-create-shipping-no-method'],
  ['/orders', '137-order-create-fee-no-name'],
  ['/orders', '442-order-create-bad-currency'],
])('A refusal of %s for the value alone is for good: %s', (path, name) => {
  expect(isFinal(path, name)).toBe(true);
});

it.each([
  ['/customers', '660-customer-duplicate-email'],
  ['/customers', '662-customer-update-duplicate-email'],
  ['/products', '34-create-dup-sku'],
  ['/products', '307-image-unknown-id'],
  ['/products', '309-image-src-404'],
  ['/products', '654-product-create-duplicate-gtin'],
  ['/products', '947-product-create-sku-of-trashed-simple'],
  ['/products/categories', '332-category-create-duplicate-name'],
  ['/orders', '37-order-bad-customer'],
  ['/orders', '132-order-create-unknown-coupon'],
])('A refusal of %s for something else in the shop may pass: %s', (path, name) => {
  expect(isFinal(path, name)).toBe(false);
});

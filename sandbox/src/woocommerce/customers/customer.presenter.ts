import { createHash } from 'node:crypto';
import { naiveTime, SHOP_OFFSET } from '../store/shop.clock.ts';
import type { CustomerRecord } from './customer.types.ts';

/**
 * A customer as the API shows it, fields in recorded order (recording 01): `date_*` in shop time, `*_gmt` in UTC, both
 * `YYYY-MM-DDTHH:MM:SS` with no zone. `collectionUrl` is the absolute address of /customers.
 */
export function presentCustomer(customer: CustomerRecord, collectionUrl: string) {
  const { createdAt, modifiedAt } = customer;
  return {
    id: customer.id,
    date_created: naiveTime(createdAt + SHOP_OFFSET),
    date_created_gmt: naiveTime(createdAt),
    date_modified: modifiedAt === null ? null : naiveTime(modifiedAt + SHOP_OFFSET),
    date_modified_gmt: modifiedAt === null ? null : naiveTime(modifiedAt),
    email: customer.email,
    first_name: customer.first_name,
    last_name: customer.last_name,
    role: customer.role,
    username: customer.username,
    billing: customer.billing,
    shipping: customer.shipping,
    is_paying_customer: customer.is_paying_customer,
    avatar_url: avatarUrl(customer.email),
    meta_data: customer.meta_data,
    _links: {
      self: [{ href: `${collectionUrl}/${customer.id}`, targetHints: { allow: allowedOn(customer) } }],
      collection: [{ href: collectionUrl }],
    },
  };
}

/** Gravatar's address: the SHA-256 of the lower-case email, or no hash without an email. */
function avatarUrl(email: string): string {
  const hash = email === '' ? '' : createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
  return `https://secure.gravatar.com/avatar/${hash}?s=96&d=mm&r=g`;
}

/** Only customers can be deleted through the API. */
function allowedOn({ role }: CustomerRecord): string[] {
  const methods = ['GET', 'POST', 'PUT', 'PATCH'];
  return role === 'customer' ? [...methods, 'DELETE'] : methods;
}

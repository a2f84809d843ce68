import type { RestError } from '../wordpress/rest.error.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';

/** Whose key it is: a customer may do nothing, whatever the key may (recordings 393, 607 to 613), and in 7.9 a shop manager make no customer (614). */
export type KeyOwner = 'administrator' | 'shop_manager' | 'customer';

/** What a key may do. */
export type KeyPermissions = 'read' | 'write' | 'read_write';

/** A key as issued in WooCommerce > Settings > Advanced > REST API. */
export interface ApiKey {
  consumerKey: string;
  consumerSecret: string;
  permissions: KeyPermissions;
  /** An administrator, unless said. */
  owner?: KeyOwner;
}

/** Who sends the request. With neither key nor error it is anonymous. */
export interface SignIn {
  key: ApiKey | null;
  error: RestError | null;
}

export type Authenticate = (request: RawRequest) => SignIn;

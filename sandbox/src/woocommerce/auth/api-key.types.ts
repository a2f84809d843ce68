import type { RestError } from '../wordpress/rest.error.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';

/** What a key may do. Each key belongs to a shop manager, and shop managers may do everything. */
export type KeyPermissions = 'read' | 'write' | 'read_write';

/** A key as issued in WooCommerce > Settings > Advanced > REST API. */
export interface ApiKey {
  consumerKey: string;
  consumerSecret: string;
  permissions: KeyPermissions;
}

/** Who sends the request. With neither key nor error it is anonymous. */
export interface SignIn {
  key: ApiKey | null;
  error: RestError | null;
}

export type Authenticate = (request: RawRequest) => SignIn;

import type { RestError } from '../wordpress/rest.error.ts';
import type { RawRequest } from '../wordpress/rest.types.ts';

/** What a key may do. Each key belongs to a shop manager, who himself may do everything. */
export type KeyPermissions = 'read' | 'write' | 'read_write';

/** A key as WooCommerce > Settings > Advanced > REST API issues it. */
export interface ApiKey {
  consumerKey: string;
  consumerSecret: string;
  permissions: KeyPermissions;
}

/** Who asks. Neither key nor error: anonymous. */
export interface SignIn {
  key: ApiKey | null;
  error: RestError | null;
}

export type Authenticate = (request: RawRequest) => SignIn;

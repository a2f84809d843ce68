import { ADMIN_UID, limitedUid } from '../models/user.model.ts';
import type { OdooVersion } from '../orm/model.types.ts';

export interface Credentials {
  uid: number;
  login: string;
  password: string;
  apiKey: string;
}

/** Authenticates the two users: the administrator, and one who may read partners but not orders. */
export class UserAuthenticator {
  readonly #users: readonly Credentials[];

  constructor(version: OdooVersion, admin: Omit<Credentials, 'uid'>) {
    const limited = { login: 'limited', password: 'limited', apiKey: `${admin.apiKey}-limited` };
    this.#users = [
      { ...admin, uid: ADMIN_UID },
      { ...limited, uid: limitedUid(version) },
    ];
  }

  /** The uid for a login with its password or key; null for wrong credentials. */
  authenticate(login: unknown, secret: unknown): number | null {
    return this.#users.find((user) => user.login === login && isSecretOf(user, secret))?.uid ?? null;
  }

  holds(uid: unknown, secret: unknown): boolean {
    return this.#users.some((user) => user.uid === uid && isSecretOf(user, secret));
  }

  uidOfKey(key: string): number | null {
    return this.#users.find(({ apiKey }) => apiKey === key)?.uid ?? null;
  }
}

function isSecretOf({ password, apiKey }: Credentials, secret: unknown): boolean {
  return secret === password || secret === apiKey;
}

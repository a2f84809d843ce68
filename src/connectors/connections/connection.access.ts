import { isDeepStrictEqual } from 'node:util';
import { settingsSchemaOf } from '../catalogue/common.settings.ts';
import { withDefaults } from '../catalogue/settings.schema.ts';
import type { Connector } from '../contract/connector.types.ts';
import type { ConnectionRow } from './connection.types.ts';

/** To whom a connection's credentials are sent, and how openly. Holds no secret, so the trail shows it. */
export interface CredentialAccess {
  /** Scheme, host and port. */
  readonly origin: string;
  /** `allow_http`, and the settings that the connector names. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export function accessOf(
  { description }: Connector,
  { base_url, settings }: Pick<ConnectionRow, 'base_url' | 'settings'>,
): CredentialAccess {
  const all = withDefaults(settingsSchemaOf(description), settings);
  const names = ['allow_http', ...(description.credential_settings ?? [])];
  return {
    origin: URL.parse(base_url)?.origin ?? base_url,
    settings: Object.fromEntries(names.map((name) => [name, all[name] ?? null])),
  };
}

export const isSameAccess = (one: CredentialAccess, other: CredentialAccess): boolean => isDeepStrictEqual(one, other);

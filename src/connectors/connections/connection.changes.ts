import { isDeepStrictEqual } from 'node:util';
import type { Members } from '../catalogue/settings.schema.ts';
import type { ConnectionRow } from './connection.types.ts';

/** What a change asks for; undefined secrets are not changed. */
export interface Wanted {
  readonly name: string;
  readonly baseUrl: string;
  readonly settings: Members;
  readonly credentials: Members | undefined;
  readonly webhookSecret: string | undefined;
}

/** The names of what differs, `settings.on_conflict` among them; never a value. A secret that is given counts as changed. */
export function changedMembers(current: ConnectionRow, wanted: Wanted): string[] {
  const names = Object.keys({ ...current.settings, ...wanted.settings });
  const settings = names.filter((name) => !isDeepStrictEqual(current.settings[name], wanted.settings[name]));
  return [
    ...(wanted.name === current.name ? [] : ['name']),
    ...(wanted.baseUrl === current.base_url ? [] : ['base_url']),
    ...(wanted.credentials === undefined ? [] : ['credentials']),
    ...(wanted.webhookSecret === undefined ? [] : ['webhook_secret']),
    ...settings.map((name) => `settings.${name}`),
  ];
}

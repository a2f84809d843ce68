import { isDeepStrictEqual } from 'node:util';
import { Problem, type ProblemField } from '../../common/problem.ts';
import { checkCommon, commonSettings, settingsSchemaOf } from '../catalogue/common.settings.ts';
import { type Members, trimmed, validate, withDefaults } from '../catalogue/settings.schema.ts';
import type { Connector } from '../contract/connector.types.ts';
import { normalizeBaseUrl } from './base.url.ts';
import type { ConnectionRow } from './connection.types.ts';

/** The members of a request for a connection; undefined: not given. */
export interface ConnectionInput {
  readonly base_url?: string;
  readonly credentials?: Members;
  readonly settings?: Members;
  readonly webhook_secret?: string;
}

/** The checked members, ready to store. */
export interface CheckedInput {
  readonly baseUrl: string;
  readonly settings: Members;
  /** Undefined: not given. */
  readonly credentials: Members | undefined;
  readonly webhookSecret: string | undefined;
}

/** As in the request, which counts blanks around it. */
export const MIN_WEBHOOK_SECRET = 16;

/**
 * Checks a request against the connector's schemas and the rules for addresses. `current` is the stored connection, empty for a create.
 * Credentials are replaced as a whole. Settings change one by one: those left out stay, and null restores a default. Throws Problem
 * invalid-request with every invalid field.
 */
export function checkInput(
  { description }: Connector,
  input: ConnectionInput,
  current: { readonly baseUrl: string; readonly settings: Members },
  deployment: { readonly allowPrivateAddresses: boolean; readonly isPublic: boolean },
): CheckedInput {
  const errors: ProblemField[] = [];
  const schema = settingsSchemaOf(description);
  const merged = { ...current.settings, ...input.settings };
  const settings = input.settings === undefined ? undefined : validate(schema, merged, '#/settings');
  if (settings) errors.push(...settings.errors, ...checkCommon(description, settings.members));
  const members = settings?.members ?? current.settings;

  if (settings?.members.webhooks === 'managed' && current.settings.webhooks !== 'managed' && !deployment.isPublic)
    errors.push({
      pointer: '#/settings/webhooks',
      detail:
        'cannot be managed: whoever runs this service must set SYNC_PUBLIC_URL, the address at which the system reaches it',
    });

  const allowHttp = commonSettings(withDefaults(schema, members)).allow_http === true;
  const rules = { allowHttp, allowPrivateAddresses: deployment.allowPrivateAddresses };
  const address = input.base_url === undefined ? undefined : normalizeBaseUrl(input.base_url, rules, description.pages);
  if (address?.wrong !== undefined) errors.push({ pointer: '#/base_url', detail: address.wrong });
  if (!address && current.baseUrl.startsWith('http:') && !allowHttp)
    errors.push({ pointer: '#/settings/allow_http', detail: 'must stay true while base_url is http' });

  const credentials = input.credentials && validate(description.credentials, input.credentials, '#/credentials');
  if (credentials) errors.push(...credentials.errors);
  if (input.webhook_secret !== undefined && !description.webhooks)
    errors.push({ pointer: '#/webhook_secret', detail: 'is not accepted: this system sends no webhooks' });
  const webhookSecret = input.webhook_secret === undefined ? undefined : trimmed(input.webhook_secret);
  if (webhookSecret !== undefined && webhookSecret.length < MIN_WEBHOOK_SECRET)
    errors.push({
      pointer: '#/webhook_secret',
      detail: `must be at least ${MIN_WEBHOOK_SECRET} characters without blanks around it`,
    });

  if (errors.length > 0) throw invalid(errors);
  return {
    baseUrl: address && 'url' in address ? address.url : current.baseUrl,
    settings: members,
    credentials: credentials?.members,
    webhookSecret,
  };
}

/** The connection after a change. A secret that is undefined stays as it is. */
export interface Wanted {
  readonly name: string;
  readonly baseUrl: string;
  readonly settings: Members;
  readonly credentials: Members | undefined;
  readonly webhookSecret: string | undefined;
}

/** The names of changed members, such as `settings.on_conflict`, without values. A secret that is given counts as changed. */
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

/** `#/settings/allow_http must be true or false (and 2 more).` */
export function invalid(errors: readonly ProblemField[]): Problem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem('invalid-request', `${first?.pointer?.slice(2)} ${first?.detail}${more}.`, { errors });
}

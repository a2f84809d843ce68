import { Problem, type ProblemField } from '../../common/problem.ts';
import { checkCommon, commonSettings, settingsSchemaOf } from '../catalogue/common.settings.ts';
import { checkAgainst, type Members, withDefaults } from '../catalogue/settings.schema.ts';
import type { Connector } from '../contract/connector.types.ts';
import { normalizeBaseUrl } from './base.url.ts';

/** What a request wants of a connection; undefined: as it is. */
export interface ConnectionInput {
  readonly base_url?: string;
  readonly credentials?: Members;
  readonly settings?: Members;
  readonly webhook_secret?: string;
}

/** What may be stored. */
export interface CheckedInput {
  readonly baseUrl: string;
  readonly settings: Members;
  /** Undefined: not given. */
  readonly credentials: Members | undefined;
}

/**
 * Holds a request against the connector's schemas and the rules of addresses; `current` is what there is, empty at creation.
 * Credentials are given whole. Settings are given one by one: those left out stay, null brings back the default. Throws Problem
 * invalid-request with every wrong field.
 */
export function checkInput(
  { description }: Connector,
  input: ConnectionInput,
  current: { readonly baseUrl: string; readonly settings: Members },
  deployment: { readonly allowPrivateAddresses: boolean },
): CheckedInput {
  const errors: ProblemField[] = [];
  const schema = settingsSchemaOf(description);
  const merged = { ...current.settings, ...input.settings };
  const settings = input.settings === undefined ? undefined : checkAgainst(schema, merged, '#/settings');
  if (settings) errors.push(...settings.errors, ...checkCommon(description, settings.members));
  const members = settings?.members ?? current.settings;

  const allowHttp = commonSettings(withDefaults(schema, members)).allow_http === true;
  const rules = { allowHttp, allowPrivateAddresses: deployment.allowPrivateAddresses };
  const address = input.base_url === undefined ? undefined : normalizeBaseUrl(input.base_url, rules);
  if (address?.wrong !== undefined) errors.push({ pointer: '#/base_url', detail: address.wrong });
  if (!address && current.baseUrl.startsWith('http:') && !allowHttp)
    errors.push({ pointer: '#/settings/allow_http', detail: 'must stay true as long as base_url is not https' });

  const credentials = input.credentials && checkAgainst(description.credentials, input.credentials, '#/credentials');
  if (credentials) errors.push(...credentials.errors);
  if (input.webhook_secret !== undefined && !description.webhooks)
    errors.push({ pointer: '#/webhook_secret', detail: 'is not accepted: this system sends no webhooks' });

  if (errors.length > 0) throw invalid(errors);
  return {
    baseUrl: address && 'url' in address ? address.url : current.baseUrl,
    settings: members,
    credentials: credentials?.members,
  };
}

/** `#/settings/allow_http must be true or false (and 2 more).` */
export function invalid(errors: readonly ProblemField[]): Problem {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new Problem('invalid-request', `${first?.pointer?.slice(2)} ${first?.detail}${more}.`, { errors });
}

import type { Connection, Connector } from '@sync-operations/client';
import type { FieldErrors } from '../api/field.errors.ts';
import { draftOf, given, readDraft } from './schema.draft.ts';
import type { Draft, FormSchema } from './schema.types.ts';

/** Everything that stands in the form of a connection. */
export interface ConnectionDraft {
  readonly name: string;
  readonly base_url: string;
  readonly settings: Draft;
  readonly credentials: Draft;
  /** False: those there are stay. */
  readonly givesCredentials: boolean;
}

export const settingsSchema = ({ settings }: Connector): FormSchema => settings as unknown as FormSchema;
export const credentialsSchema = ({ credentials }: Connector): FormSchema => credentials as unknown as FormSchema;

/** Without a connection: the form of a new one. */
export const connectionDraft = (connector: Connector, connection?: Connection): ConnectionDraft => ({
  name: connection?.name ?? '',
  base_url: connection?.base_url ?? '',
  settings: draftOf(settingsSchema(connector), connection?.settings),
  credentials: draftOf(credentialsSchema(connector)),
  givesCredentials: connection === undefined,
});

/** What the service is sent, and what is wrong with it as far as can be seen here, as FieldErrors are named. */
export function readConnection(connector: Connector, draft: ConnectionDraft) {
  const settings = readDraft(settingsSchema(connector), draft.settings);
  const credentials = draft.givesCredentials ? readDraft(credentialsSchema(connector), draft.credentials) : undefined;
  const errors: FieldErrors = {
    ...(draft.name.trim() === '' && { name: 'Is required.' }),
    ...(draft.base_url.trim() === '' && { base_url: 'Is required.' }),
    ...prefixed('credentials', credentials?.errors ?? {}),
    ...prefixed('settings', settings.errors),
  };
  const body = {
    name: draft.name.trim(),
    base_url: draft.base_url.trim(),
    settings: settings.members,
    ...(credentials && { credentials: given(credentials.members) }),
  };
  return { body, errors };
}

const prefixed = (prefix: string, errors: FieldErrors): FieldErrors =>
  Object.fromEntries(Object.entries(errors).map(([name, text]) => [`${prefix}.${name}`, text]));

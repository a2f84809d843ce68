import { type Connection, type Connector } from '@sync-operations/client';
import { type FieldErrors } from '../api/field.errors.ts';
import { type Draft, draftOf, type FormSchema, parseDraft, withoutNulls } from './schema.draft.ts';

/** The content of the form of a connection. */
export interface ConnectionDraft {
  readonly name: string;
  readonly base_url: string;
  readonly settings: Draft;
  readonly credentials: Draft;
  /** False: the stored credentials stay. */
  readonly sendsCredentials: boolean;
}

export const settingsSchema = ({ settings }: Connector): FormSchema => settings as unknown as FormSchema;
export const credentialsSchema = ({ credentials }: Connector): FormSchema => credentials as unknown as FormSchema;

/** The draft of an existing connection, or of a new one. */
export const connectionDraft = (connector: Connector, connection?: Connection): ConnectionDraft => ({
  name: connection?.name ?? '',
  base_url: connection?.base_url ?? '',
  settings: draftOf(settingsSchema(connector), connection?.settings),
  credentials: draftOf(credentialsSchema(connector)),
  sendsCredentials: connection === undefined,
});

/** The request body of a draft, and its errors as far as the page can validate it. */
export function connectionBody(connector: Connector, draft: ConnectionDraft) {
  const settings = parseDraft(settingsSchema(connector), draft.settings);
  const credentials = draft.sendsCredentials ? parseDraft(credentialsSchema(connector), draft.credentials) : undefined;
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
    ...(credentials && { credentials: withoutNulls(credentials.members) }),
  };
  return { body, errors };
}

const prefixed = (prefix: string, errors: FieldErrors): FieldErrors =>
  Object.fromEntries(Object.entries(errors).map(([name, text]) => [`${prefix}.${name}`, text]));

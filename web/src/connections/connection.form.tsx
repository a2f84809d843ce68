import type { Connector } from '@sync-operations/client';
import type { ReactNode } from 'react';
import type { FieldErrors } from '../api/field.errors.ts';
import { Field } from '../ui/field.tsx';
import { type ConnectionDraft, credentialsSchema, settingsSchema } from './connection.draft.ts';
import { useConnections } from './connection.queries.ts';
import type { Draft, FormSchema } from './schema.draft.ts';
import { SchemaField } from './schema.field.tsx';
import './connections.css';

interface Props {
  readonly connector: Connector;
  readonly draft: ConnectionDraft;
  readonly onChange: (draft: ConnectionDraft) => void;
  readonly errors: FieldErrors;
  /** Above the credentials. */
  readonly beforeCredentials?: ReactNode;
}

/** The fields of a connection. Optional settings are collapsed. */
export function ConnectionForm({ connector, draft, onChange, errors, beforeCredentials }: Props) {
  const schema = settingsSchema(connector);
  const isPlainHttp = draft.base_url.trim().startsWith('http:') || draft.settings.allow_http === true;
  const required = Object.keys(schema.properties).filter((name) => schema.required?.includes(name));
  const advanced = Object.keys(schema.properties).filter(
    (name) =>
      !required.includes(name) && name !== 'allow_http' && (name !== 'webhook_destination' || connector.webhooks),
  );
  const common = { draft, onChange, errors };
  const hasError = advanced.some((name) => errors[`settings.${name}`]);
  return (
    <>
      <Field label="Name" hint="Any name that is unique in your organization." error={errors.name}>
        <input
          autoComplete="off"
          maxLength={200}
          value={draft.name}
          onChange={(event) => onChange({ ...draft, name: event.target.value })}
        />
      </Field>
      <Field label="Address" error={errors.base_url}>
        <input
          type="url"
          autoComplete="off"
          spellCheck={false}
          placeholder="https://"
          value={draft.base_url}
          onChange={(event) => onChange({ ...draft, base_url: event.target.value })}
        />
      </Field>
      {(isPlainHttp || errors['settings.allow_http']) && (
        <Members {...common} schema={schema} of="settings" names={['allow_http']} />
      )}
      {beforeCredentials}
      {draft.sendsCredentials && <Members {...common} schema={credentialsSchema(connector)} of="credentials" />}
      <Members {...common} schema={schema} of="settings" names={required} />
      {/* Open when a field inside has an error. */}
      <details className="conn-advanced" open={hasError || undefined}>
        <summary>More settings</summary>
        <div className="stack">
          <Members {...common} schema={schema} of="settings" names={advanced} />
        </div>
      </details>
    </>
  );
}

interface MembersProps extends Pick<Props, 'draft' | 'onChange' | 'errors'> {
  readonly schema: FormSchema;
  readonly of: 'credentials' | 'settings';
  readonly names?: readonly string[];
}

function Members({ schema, of, names = Object.keys(schema.properties), draft, onChange, errors }: MembersProps) {
  const connections = useConnections().data;
  const destinations = [
    { value: 'records', text: 'Records' },
    ...(connections ?? []).map(({ id, name }) => ({ value: id, text: name })),
  ];
  return names.map((name) => {
    const property = schema.properties[name];
    return (
      property && (
        <SchemaField
          key={name}
          property={property}
          value={draft[of][name] ?? ''}
          onChange={(value) => onChange({ ...draft, [of]: { ...draft[of], [name]: value } satisfies Draft })}
          required={schema.required?.includes(name) ?? false}
          error={errors[`${of}.${name}`]}
          choices={of === 'settings' && name === 'webhook_destination' ? destinations : undefined}
        />
      )
    );
  });
}

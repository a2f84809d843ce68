import type { AlertKind, AlertRule } from '@sync-operations/client';
import { useState } from 'react';
import { fieldErrors, remainingErrors } from '../api/field.errors.ts';
import { useConnections } from '../connections/connection.queries.ts';
import { FormError } from '../connections/form.error.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { useToast } from '../ui/toast.tsx';
import { useEndpoints, useSaveRule } from './alert.queries.ts';
import { bodyOf, type Duration, draftOf, KINDS, NEW_RULE, type RuleDraft, UNITS, type Unit } from './rule.draft.ts';

/** The service says it in seconds. */
const WINDOWS = { arrival: 'Must be from 1 hour to 7 days.', other: 'Must be from 1 minute to 31 days.' };

/** Adds a rule, or changes the one that is given. */
export function RuleDialog({ rule, onClose }: { readonly rule?: AlertRule; readonly onClose: () => void }) {
  const [draft, setDraft] = useState<RuleDraft>(rule ? draftOf(rule) : NEW_RULE);
  const [sent, setSent] = useState<RuleDraft>();
  const save = useSaveRule(rule);
  const showToast = useToast();
  const errors = remainingErrors(fieldErrors(save.error), sent, draft);
  const set = (change: Partial<RuleDraft>) => setDraft({ ...draft, ...change });
  const submit = () => {
    setSent(draft);
    save.mutate(bodyOf(draft), {
      onSuccess: () => {
        onClose();
        showToast('Saved.');
      },
    });
  };
  const kind = KINDS[draft.kind];
  return (
    <Dialog title={rule ? `Edit “${rule.name}”` : 'Add a rule'} onClose={onClose}>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!save.isPending) submit();
        }}
      >
        <Field label="What happens" hint={kind.hint} error={errors.kind}>
          <select value={draft.kind} onChange={(event) => set({ kind: event.target.value as AlertKind })}>
            {Object.entries(KINDS).map(([value, { name }]) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </Field>
        {kind.seconds && (
          <DurationField
            label={kind.seconds}
            value={draft.seconds}
            error={errors.seconds && WINDOWS[draft.kind === 'nothing_arrived' ? 'arrival' : 'other']}
            onChange={(seconds) => set({ seconds })}
          />
        )}
        {(['threshold', 'percent'] as const).map(
          (name) =>
            kind[name] && (
              <Field key={name} label={kind[name]} optional error={errors[name]}>
                <input
                  inputMode="decimal"
                  value={draft[name]}
                  onChange={(event) => set({ [name]: event.target.value })}
                />
              </Field>
            ),
        )}
        <Scope draft={draft} errors={errors} onChange={set} />
        <DurationField
          label="Tell once more after"
          hint="If it is still open then. Empty: not."
          optional
          value={draft.still_open_seconds}
          error={errors.still_open_seconds && WINDOWS.other}
          onChange={(still_open_seconds) => set({ still_open_seconds })}
        />
        <Field label="Name" hint="Shown in messages." optional error={errors.name}>
          <input
            maxLength={100}
            placeholder={kind.name}
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Field>
        <Channels chosen={draft.endpoint_ids} onChange={(endpoint_ids) => set({ endpoint_ids })} />
        <FormError error={save.error} />
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ScopeProps {
  readonly draft: RuleDraft;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (change: Partial<RuleDraft>) => void;
}

/** What the rule is about; nothing: everything of the organization. */
function Scope({ draft, errors, onChange }: ScopeProps) {
  const connections = useConnections().data ?? [];
  const isRemoved = draft.connection_id !== '' && !connections.some(({ id }) => id === draft.connection_id);
  return (
    <>
      <Field label="Connection" error={errors.connection_id}>
        <select value={draft.connection_id} onChange={(event) => onChange({ connection_id: event.target.value })}>
          <option value="">All</option>
          {isRemoved && <option value={draft.connection_id}>A removed connection</option>}
          {connections.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </Field>
      <Field
        label="Entity type"
        hint="Such as customer, product or order. Empty: all."
        optional
        error={errors.entity_type}
      >
        <input
          maxLength={100}
          value={draft.entity_type}
          onChange={(event) => onChange({ entity_type: event.target.value })}
        />
      </Field>
    </>
  );
}

interface ChannelsProps {
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Who is told. Without a choice: every webhook endpoint that wants alerts. */
function Channels({ chosen, onChange }: ChannelsProps) {
  const endpoints = useEndpoints().data ?? [];
  if (endpoints.length === 0) return null;
  return (
    <fieldset className="alert-channels">
      <legend>Tell only</legend>
      {endpoints.map(({ id, url, description }) => (
        <label key={id} className="field-check">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) => onChange(target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
          />
          <span className="break">{description ?? url}</span>
        </label>
      ))}
      <p className="muted small">None: every webhook endpoint that wants alerts.</p>
    </fieldset>
  );
}

interface DurationProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: Duration;
  readonly error: string | undefined;
  readonly optional?: boolean;
  readonly onChange: (value: Duration) => void;
}

function DurationField({ label, hint, value, error, optional = false, onChange }: DurationProps) {
  return (
    <div className="alert-duration">
      <Field label={label} hint={hint} optional={optional} error={error}>
        <input
          inputMode="decimal"
          value={value.amount}
          onChange={(event) => onChange({ ...value, amount: event.target.value })}
        />
      </Field>
      <Field label={<span className="visually-hidden">{`Unit of: ${label}`}</span>}>
        <select value={value.unit} onChange={(event) => onChange({ ...value, unit: event.target.value as Unit })}>
          {Object.keys(UNITS).map((unit) => (
            <option key={unit}>{unit}</option>
          ))}
        </select>
      </Field>
    </div>
  );
}

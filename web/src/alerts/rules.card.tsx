import type { AlertRule } from '@sync-operations/client';
import { useState } from 'react';
import { useMay } from '../api/organization.ts';
import { useConnectionName } from '../connections/connection.queries.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { Skeleton } from '../ui/loading.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { useAddDefaults, useChangeRule, useRules } from './alert.queries.ts';
import { RuleDialog } from './rule.dialog.tsx';
import { ruleText } from './rule.draft.ts';
import './alerts.css';

/** The rules of the organization, for everybody to see and for administrators to change. */
export function RulesCard() {
  const { data: rules, error, refetch } = useRules();
  const [isAdding, setAdding] = useState(false);
  const mayChange = useMay('rules');
  const defaults = useAddDefaults();
  const add = mayChange && (
    <Button size="small" onClick={() => setAdding(true)}>
      <Icon name="plus" /> Add a rule
    </Button>
  );
  return (
    <Card title="Alert rules" actions={add}>
      {error && <ErrorNote error={error} onRetry={() => void refetch()} />}
      {!rules && !error && <Skeleton lines={3} />}
      {rules?.length === 0 && (
        <div className="stack">
          <p className="muted">
            Nothing is watched yet. The recommended rules tell you of syncs that fail, time out or do not come, of
            failed items, of the delete guard, and of connections that do not work any more.
          </p>
          {defaults.error && <ErrorNote error={defaults.error} />}
          {mayChange ? (
            <div className="row">
              <Button variant="primary" busy={defaults.isPending} onClick={() => defaults.mutate()}>
                Add the recommended rules
              </Button>
            </div>
          ) : (
            <p>Adding rules requires the right to rules. Ask the operator of this service.</p>
          )}
        </div>
      )}
      {rules && rules.length > 0 && (
        <ul className="alert-list">
          {rules.map((rule) => (
            <RuleItem key={rule.id} rule={rule} mayChange={mayChange} />
          ))}
        </ul>
      )}
      {isAdding && <RuleDialog onClose={() => setAdding(false)} />}
    </Card>
  );
}

function RuleItem({ rule, mayChange }: { readonly rule: AlertRule; readonly mayChange: boolean }) {
  const [opened, setOpened] = useState<'edit' | 'remove' | null>(null);
  const nameOf = useConnectionName();
  const text = ruleText(rule, nameOf);
  const change = useChangeRule();
  const close = () => setOpened(null);
  return (
    <li className="alert-item">
      <div className="alert-text">
        <p className="alert-name">
          {!rule.enabled && <Badge tone="neutral">disabled</Badge>}
          <strong className="break">{rule.name}</strong>
        </p>
        {text !== rule.name && <p className="muted small break">{text}</p>}
        {change.error && <ErrorNote error={change.error} />}
      </div>
      {mayChange && (
        <div className="row alert-actions">
          <Button size="small" aria-label={`Edit ${rule.name}`} onClick={() => setOpened('edit')}>
            Edit
          </Button>
          <Button
            size="small"
            aria-label={`${rule.enabled ? 'Disable' : 'Enable'} ${rule.name}`}
            busy={change.isPending}
            onClick={() => change.mutate({ id: rule.id, enabled: !rule.enabled })}
          >
            {rule.enabled ? 'Disable' : 'Enable'}
          </Button>
          <Button size="small" aria-label={`Remove ${rule.name}`} onClick={() => setOpened('remove')}>
            Remove
          </Button>
        </div>
      )}
      {opened === 'edit' && <RuleDialog rule={rule} onClose={close} />}
      {opened === 'remove' && <RemoveRuleDialog rule={rule} onClose={close} />}
    </li>
  );
}

function RemoveRuleDialog({ rule, onClose }: { readonly rule: AlertRule; readonly onClose: () => void }) {
  const remove = useChangeRule();
  const showToast = useToast();
  const onSuccess = () => {
    onClose();
    showToast(`“${rule.name}” was removed.`);
  };
  return (
    <Dialog title={`Remove “${rule.name}”?`} onClose={onClose}>
      <p>Its open alerts are resolved. Past ones stay.</p>
      {remove.error && <ErrorNote error={remove.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Keep it</Button>
        <Button
          variant="danger"
          busy={remove.isPending}
          onClick={() => remove.mutate({ id: rule.id, enabled: null }, { onSuccess })}
        >
          Remove rule
        </Button>
      </div>
    </Dialog>
  );
}

import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import type { Applying } from './use-apply.ts';

/**
 * Says what will happen, and does it with one press; when the delete guard wants a reason, it asks for that first. In the colour and with the
 * mark of danger when entries go away.
 */
export function ApplyButton({ applying }: { readonly applying: Applying }) {
  const { plan, guard, isBusy, stale, ask, apply } = applying;
  if (stale !== null) return null;
  return (
    <div className="prev-apply">
      <Button
        variant={plan.removal ? 'danger' : 'primary'}
        busy={isBusy}
        onClick={() => (guard === null ? apply() : ask(true))}
      >
        <Icon name={plan.removal ? 'trash' : 'check'} />
        <span>
          {plan.sentence}
          {plan.leftAlone && `; ${plan.leftAlone}`}
          {guard !== null && ' …'}
        </span>
      </Button>
      <p className="muted small" role="status">
        {isBusy ? 'Checking for changes …' : 'What has changed since is skipped.'}
      </p>
    </div>
  );
}

/** Why it was not applied, and the way on. */
export function ApplyRefusal({ applying: { stale, error, again } }: { readonly applying: Applying }) {
  return (
    <>
      {stale !== null && (
        <Note kind="warning" title={stale} live>
          <p>Nothing was written. Compute a new preview to see what would change now.</p>
          <div>
            <Button size="small" variant="primary" busy={again.isBusy} onClick={again.start}>
              Compute again
            </Button>
          </div>
        </Note>
      )}
      {error && <ErrorNote error={error} />}
      {again.error && <ErrorNote error={again.error} />}
    </>
  );
}

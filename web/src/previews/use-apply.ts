import type { Preview } from '@sync-operations/client';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../api/problem.ts';
import { syncPath, TO_PREVIEW } from '../app/location.ts';
import { type PlanText, usePlanText } from './plan.text.ts';
import type { ComputedDelta } from './preview.delta.ts';
import { useApplyPreview, useRecomputePreview } from './preview.mutations.ts';
import { guardOf } from './preview.summary.ts';

/** How a preview is applied from its page. */
export interface Applying {
  readonly plan: PlanText;
  /** Why it takes a reason to apply it; null: one press is enough. */
  readonly guard: string | null;
  readonly isBusy: boolean;
  readonly error: Error | null;
  /** The message of the service when the preview is not what would happen any more. */
  readonly stale: string | null;
  readonly again: { readonly isBusy: boolean; readonly error: Error | null; readonly start: () => void };
  /** Whether the reason is being asked for. */
  readonly isAsking: boolean;
  readonly ask: (isAsking: boolean) => void;
  /** Applies it, and opens the sync that does. */
  readonly apply: (reason?: string) => void;
}

export function useApply(preview: Preview, delta: ComputedDelta): Applying {
  const [isAsking, ask] = useState(false);
  const [, navigate] = useLocation();
  const plan = usePlanText(preview, delta);
  const apply = useApplyPreview(preview, delta);
  const again = useRecomputePreview(preview, delta);
  const open = ({ sync_id }: { sync_id: string }) => {
    ask(false);
    navigate(syncPath(sync_id));
  };
  const refusal = apply.error instanceof ApiError ? apply.error : undefined;
  const isGuarded = refusal?.problem === 'delete-guard';
  const isStale = refusal?.problem === 'stale-preview';
  return {
    plan,
    guard: guardOf(preview.summary) ?? (isGuarded ? refusal.message : null),
    isBusy: apply.isPending,
    error: isGuarded || isStale ? null : apply.error,
    stale: isStale ? refusal.message : null,
    again: {
      isBusy: again.isPending,
      error: again.error,
      start: () => again.mutate(undefined, { onSuccess: ({ sync_id }) => navigate(syncPath(sync_id), TO_PREVIEW) }),
    },
    isAsking,
    ask,
    apply: (reason) =>
      apply.mutate(reason, {
        onSuccess: open,
        // The guard of the service counts earlier syncs, too, so it may refuse what the preview alone allowed.
        onError: (error) => ask(error instanceof ApiError && error.problem === 'delete-guard'),
      }),
  };
}

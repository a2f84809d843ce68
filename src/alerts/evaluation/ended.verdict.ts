import type { RuleRow } from '../alert.types.ts';
import { type EndedSync, isComparable, type Verdict } from './ended.sync.ts';
import { usualSpeed } from './subject.history.ts';

const NOT: Verdict = { holds: false };
const holds = (summary: string): Verdict => ({ holds: true, summary });

/** What the end of a sync decides. `speeds`: of the successes before it, items a minute. Pure. */
export function verdictOfEnd(rule: RuleRow, sync: EndedSync, speeds: readonly number[]): Verdict {
  // What a person cancelled says nothing about the systems.
  if (sync.status === 'cancelled') return null;
  const isSuccess = sync.status === 'completed' || sync.status === 'completed_with_errors';
  const why = sync.error_message === null ? '' : `: ${sync.error_message}`;
  switch (rule.kind) {
    case 'failed':
      return sync.status === 'failed' ? holds(`The sync failed${why}`) : isSuccess ? NOT : null;
    case 'timeout':
      return sync.status === 'timeout' ? holds(`The sync timed out${why}`) : isSuccess ? NOT : null;
    case 'guard_tripped':
      return sync.guard_tripped ? holds(`The delete guard stopped the sync${why}`) : isSuccess ? NOT : null;
    default:
      return isSuccess ? verdictOfSuccess(rule, sync, speeds) : null;
  }
}

function verdictOfSuccess(rule: RuleRow, sync: EndedSync, speeds: readonly number[]): Verdict {
  const { failed_count: failed, processed_count: processed } = sync;
  switch (rule.kind) {
    case 'completed_with_errors':
      return tooManyErrors(rule, failed, failed + processed);
    case 'conflicts':
      return sync.conflicts > (rule.threshold ?? 0)
        ? holds(sync.conflicts === 1 ? '1 item is in conflict' : `${sync.conflicts} items are in conflict`)
        : NOT;
    case 'webhooks_missed':
      // Only a scheduled incremental run looks for what no webhook announced.
      if (sync.trigger !== 'schedule' || sync.mode !== 'incremental') return null;
      return sync.webhooks_missed > (rule.threshold ?? 0)
        ? holds(`${sync.webhooks_missed} changes came without a webhook`)
        : NOT;
    case 'slow':
      return tooSlow(rule, sync, speeds);
    default:
      return null;
  }
}

function tooManyErrors({ threshold, percent }: RuleRow, failed: number, all: number): Verdict {
  const share = all === 0 ? 0 : (failed / all) * 100;
  const limits = [threshold !== null && failed > threshold, percent !== null && share > percent];
  const isTooMany = threshold === null && percent === null ? failed > 0 : limits.includes(true);
  return isTooMany ? holds(`${failed} of ${all} items failed (${share.toFixed(1)} %)`) : NOT;
}

/** Against the median of its own past. A sync of few items has no speed worth comparing. */
function tooSlow({ percent }: RuleRow, sync: EndedSync, speeds: readonly number[]): Verdict {
  const { speed_items_per_min: speed } = sync;
  const usual = usualSpeed(speeds);
  if (usual === null || !isComparable(sync) || speed === null) return null;
  return speed < (usual * (percent ?? 50)) / 100
    ? holds(`${speed.toFixed(1)} items a minute, usually ${usual.toFixed(1)}`)
    : NOT;
}

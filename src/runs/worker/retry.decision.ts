import type { ConnectorError } from '../../connectors/contract/connector.error.ts';

export interface RunFailure {
  readonly error: Pick<ConnectorError, 'kind' | 'retryAt' | 'transient' | 'ambiguous'>;
  /** The number of consecutive failures, including this one. */
  readonly attempt: number;
  /** The number of postponements since the run's last batch. */
  readonly postponements: number;
  /** The number of failed calls of this kind of error since the run's last batch, including this one. */
  readonly alike: number;
  /** By `steadyNow`. */
  readonly now: number;
  /** 0 to 1. */
  readonly random: number;
}

export type RunRetry =
  | { readonly do: 'wait'; readonly milliseconds: number }
  /** The wait is too long to occupy a worker, so the run returns to the queue. */
  | { readonly do: 'postpone'; readonly until: number }
  | { readonly do: 'fail' };

/** The HTTP layer has already retried a few times. These retries cover outages of minutes and hours. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;
const POSTPONE_MINUTES = [1, 2, 4, 8, 15, 30, 60];
/** For an answer that is none of such a system: what waiting cannot mend is told within a minute. */
const STRANGE_ANSWERS = 3;
const STRANGE_POSTPONE_MS = 30_000;

/** Decides what to do after a call to a system failed despite the retries of the HTTP layer. Pure. */
export function decideRunRetry({ error, attempt, postponements, alike, now, random }: RunFailure): RunRetry {
  if (!error.transient) return { do: 'fail' };
  if (error.kind === 'protocol' || error.kind === 'forbidden') return afterStrangeAnswer(alike, now, random);
  if (error.retryAt !== undefined) {
    const wait = Math.max(error.retryAt - now, 0);
    if (wait > LONGEST_WAIT_MS) return { do: 'postpone', until: error.retryAt };
    if (attempt <= ATTEMPTS) return { do: 'wait', milliseconds: wait + random * 250 };
  }
  if (attempt <= ATTEMPTS)
    return {
      do: 'wait',
      milliseconds: Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS) * (0.75 + random / 2),
    };
  const minutes = POSTPONE_MINUTES[postponements];
  return minutes === undefined ? { do: 'fail' } : { do: 'postpone', until: now + minutes * 60_000 };
}

/** One may be a host's that passes: a firewall, a plugin during its update. Three are how it is, whatever else failed meanwhile. */
function afterStrangeAnswer(alike: number, now: number, random: number): RunRetry {
  if (alike >= STRANGE_ANSWERS) return { do: 'fail' };
  if (alike === 1) return { do: 'wait', milliseconds: FIRST_WAIT_MS * (0.75 + random / 2) };
  return { do: 'postpone', until: now + STRANGE_POSTPONE_MS };
}

/**
 * Faults between a client and any system:
 * - `too-many-requests`: 429 with a Retry-After of `retryAfter` seconds; the request is not executed
 * - `server-error`: 500; the request is not executed
 * - `slow`: the correct response, `ms` milliseconds late
 * - `truncated`: the request is executed, but the connection closes in the middle of the body
 * - `dropped`: the connection closes at once; the request is not executed
 * - `response-lost`: the request is executed, but the connection closes before the response
 * - `abandoned`: the connection closes after `ms` milliseconds, and the system works on: a shop for `workMs` on each item of a batch, an
 *   Odoo for `workMs` until it commits
 */
const TRANSPORT_KINDS = [
  'too-many-requests',
  'server-error',
  'slow',
  'truncated',
  'dropped',
  'response-lost',
  'abandoned',
] as const;

/**
 * Faults in the response itself; each sandbox gives them the form of its system:
 * - `duplicated`: a page begins with the last `rows` (1) rows of the previous page
 * - `shifting`: before a page is read, the first `rows` (1) rows of the previous page are changed or, by `action`, deleted
 * - `expired-key`: the credentials are invalid; with `from`, from that request on
 * - `item-errors`: every `items`-th (2nd) item of a batch is not executed and gets an error
 * - `too-large`: a batch of more than `items` (50) items is refused
 * - `bad-row`: the row with `id` (the first one) has a `value` (nul) in its `field` (name) that cannot be stored: `nul`, `surrogate`,
 *   `deep` (100,000 levels), `long` (180 KB), `huge` (a million members, 12 MB)
 * - `capped`: a list has at most `rows` (1) rows, whatever is asked; its total stays
 * - `endless`: a list is empty, and its total says that there is more
 * - `stuck`: a list begins at its first row, whatever the offset, and its total says that there is more
 */
const ANSWER_KINDS = [
  'duplicated',
  'shifting',
  'expired-key',
  'item-errors',
  'too-large',
  'bad-row',
  'capped',
  'endless',
  'stuck',
] as const;

const FAULT_KINDS = [...TRANSPORT_KINDS, ...ANSWER_KINDS] as const;
const ACTIONS = ['modify', 'delete'] as const;
const BAD_VALUES = ['nul', 'surrogate', 'deep', 'long', 'huge'] as const;

export type BadValue = (typeof BAD_VALUES)[number];

type FaultKind = (typeof FAULT_KINDS)[number];

/** Which fault, and which requests it strikes. Without `from`, `every` and `times` it strikes each matching request. */
export interface FaultRule {
  kind: FaultKind;
  /** Skip the matching requests before the n-th, and count from there. */
  from?: number;
  /** Strike the n-th, 2n-th, 3n-th… matching request. */
  every?: number;
  /** The rule affects at most this many requests. */
  times?: number;
  /** Strike only requests whose path and query contain this, such as `page=3` or `/batch`. */
  match?: string;
  /** Seconds, for too-many-requests (1). */
  retryAfter?: number;
  /** Milliseconds, for slow and abandoned (1,000). */
  ms?: number;
  /** Milliseconds, for abandoned (1,000). */
  workMs?: number;
  /** For duplicated, shifting and capped (1). */
  rows?: number;
  /** For item-errors (2) and too-large (50). */
  items?: number;
  /** For bad-row. */
  id?: number;
  field?: string;
  value?: BadValue;
  /** For shifting (modify). */
  action?: (typeof ACTIONS)[number];
}

const LEAST: Readonly<Record<string, number>> = {
  from: 1,
  every: 1,
  times: 0,
  retryAfter: 0,
  ms: 0,
  workMs: 0,
  rows: 1,
  items: 1,
  id: 1,
};

/** How many requests each rule has matched so far, by its index. */
export type FaultCounts = readonly number[];

/** The fault for a request, if any, and the counts for the next one. */
export interface FaultDecision {
  fault: FaultRule | null;
  counts: FaultCounts;
}

/**
 * Decides by counting only, so that the same requests meet the same faults. Of several rules that would strike a request
 * the first wins; the others lose that turn, because each rule counts every request it matches.
 */
export function decideFault(rules: readonly FaultRule[], counts: FaultCounts, pathAndQuery: string): FaultDecision {
  const next = rules.map((rule, i) => (counts[i] ?? 0) + (pathAndQuery.includes(rule.match ?? '') ? 1 : 0));
  const fault = rules.find((rule, i) => next[i] !== (counts[i] ?? 0) && strikes(rule, next[i] ?? 0));
  return { fault: fault ?? null, counts: next };
}

/** Parses rules from untrusted JSON: a list of rules or `{rules: […]}`. Throws a TypeError that says what is wrong. */
export function parseFaultRules(value: unknown): FaultRule[] {
  const list = isRecord(value) ? value.rules : value;
  if (!Array.isArray(list)) throw new TypeError('Send a list of rules, or {"rules": [...]}.');
  return list.map(parseRule);
}

function parseRule(value: unknown): FaultRule {
  if (!isRecord(value)) throw new TypeError('A rule is an object such as {"kind": "slow", "ms": 200}.');
  const { kind, match, action, field, value: bad, ...numbers } = value;
  if (!FAULT_KINDS.some((known) => known === kind))
    throw new TypeError(`kind must be one of ${FAULT_KINDS.join(', ')}.`);
  if (match !== undefined && typeof match !== 'string') throw new TypeError('match must be text.');
  if (action !== undefined && !ACTIONS.some((known) => known === action))
    throw new TypeError(`action must be one of ${ACTIONS.join(', ')}.`);
  if (field !== undefined && typeof field !== 'string') throw new TypeError('field must be text.');
  if (bad !== undefined && !BAD_VALUES.some((known) => known === bad))
    throw new TypeError(`value must be one of ${BAD_VALUES.join(', ')}.`);
  for (const [name, number] of Object.entries(numbers)) {
    const least = LEAST[name];
    if (least === undefined) throw new TypeError(`A rule has no ${name}.`);
    if (!Number.isInteger(number) || Number(number) < least) {
      throw new TypeError(`${name} must be a whole number from ${least} up.`);
    }
  }
  const named = Object.fromEntries(
    Object.entries({ match, action, field, value: bad }).filter(([, text]) => text !== undefined),
  );
  return { kind: kind as FaultKind, ...named, ...numbers } as FaultRule;
}

function strikes({ from = 1, every = 1, times = Number.POSITIVE_INFINITY }: FaultRule, seen: number): boolean {
  const counted = seen - from + 1;
  return counted >= 1 && counted % every === 0 && counted / every <= times;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

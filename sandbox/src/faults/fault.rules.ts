/**
 * What can go wrong between a client and any system:
 * - `too-many-requests`: 429 with Retry-After of `retryAfter` seconds, not carried out
 * - `server-error`: 500, not carried out
 * - `slow`: answered right, `ms` milliseconds late
 * - `truncated`: carried out, but the connection ends in the middle of the body
 * - `dropped`: the connection ends at once, not carried out
 * - `answer-lost`: carried out, but the connection ends before the answer
 */
const TRANSPORT_KINDS = ['too-many-requests', 'server-error', 'slow', 'truncated', 'dropped', 'answer-lost'] as const;

/**
 * What can be wrong with the answer itself; each sandbox gives it the form that its system has:
 * - `duplicated`: a page begins with the last `rows` (1) rows of the page before
 * - `shifting`: before a page is answered, the first `rows` (1) rows of the page before are changed or, by `action`, deleted
 * - `expired-key`: the credentials count for nothing; with `from`, from that request on
 * - `item-errors`: every `items`-th (2nd) item of a batch is not carried out and answers an error
 * - `too-large`: a batch of more than `items` (50) items is refused
 */
const ANSWER_KINDS = ['duplicated', 'shifting', 'expired-key', 'item-errors', 'too-large'] as const;

const FAULT_KINDS = [...TRANSPORT_KINDS, ...ANSWER_KINDS] as const;
const ACTIONS = ['modify', 'delete'] as const;

type FaultKind = (typeof FAULT_KINDS)[number];

/** When a fault strikes. With none of `from`, `every` and `times` it strikes each matching request. */
export interface FaultRule {
  kind: FaultKind;
  /** Spare the matching requests before the n-th, and count from there. */
  from?: number;
  /** Strike the n-th, 2n-th, 3n-th… matching request. */
  every?: number;
  /** Strike so often at most, then never again. */
  times?: number;
  /** Part of the path and query a request must have, such as `page=3` or `/batch`. */
  match?: string;
  /** Seconds, for too-many-requests; 1 if absent. */
  retryAfter?: number;
  /** Milliseconds, for slow; 1,000 if absent. */
  ms?: number;
  /** For duplicated and shifting. */
  rows?: number;
  /** For item-errors and too-large. */
  items?: number;
  /** For shifting; modify if absent. */
  action?: (typeof ACTIONS)[number];
}

const LEAST: Readonly<Record<string, number>> = {
  from: 1,
  every: 1,
  times: 0,
  retryAfter: 0,
  ms: 0,
  rows: 1,
  items: 1,
};

/** How many requests each rule has matched so far, by its place in the list. */
export type FaultCounts = readonly number[];

/** What happens to a request, and the counts to go on with. */
export interface FaultDecision {
  fault: FaultRule | null;
  counts: FaultCounts;
}

/**
 * Decides by counting alone, so that the same requests meet the same faults. The first rule that strikes wins; a later one
 * that would have struck the same request loses that turn, because each rule counts every request it matches.
 */
export function decideFault(rules: readonly FaultRule[], counts: FaultCounts, pathAndQuery: string): FaultDecision {
  const next = rules.map((rule, i) => (counts[i] ?? 0) + (pathAndQuery.includes(rule.match ?? '') ? 1 : 0));
  const fault = rules.find((rule, i) => next[i] !== (counts[i] ?? 0) && strikes(rule, next[i] ?? 0));
  return { fault: fault ?? null, counts: next };
}

/** Reads rules from untrusted JSON: a list of rules or `{rules: […]}`. Throws a TypeError that says what is wrong. */
export function parseFaultRules(value: unknown): FaultRule[] {
  const list = isRecord(value) ? value.rules : value;
  if (!Array.isArray(list)) throw new TypeError('Send a list of rules, or {"rules": [...]}.');
  return list.map(parseRule);
}

function parseRule(value: unknown): FaultRule {
  if (!isRecord(value)) throw new TypeError('A rule is an object such as {"kind": "slow", "ms": 200}.');
  const { kind, match, action, ...numbers } = value;
  if (!FAULT_KINDS.some((known) => known === kind))
    throw new TypeError(`kind must be one of ${FAULT_KINDS.join(', ')}.`);
  if (match !== undefined && typeof match !== 'string') throw new TypeError('match must be text.');
  if (action !== undefined && !ACTIONS.some((known) => known === action))
    throw new TypeError(`action must be one of ${ACTIONS.join(', ')}.`);
  for (const [name, number] of Object.entries(numbers)) {
    const least = LEAST[name];
    if (least === undefined) throw new TypeError(`A rule has no ${name}.`);
    if (!Number.isInteger(number) || Number(number) < least) {
      throw new TypeError(`${name} must be a whole number from ${least} up.`);
    }
  }
  const named = { ...(match !== undefined && { match }), ...(action !== undefined && { action }) };
  return { kind: kind as FaultKind, ...named, ...numbers } as FaultRule;
}

function strikes({ from = 1, every = 1, times = Number.POSITIVE_INFINITY }: FaultRule, seen: number): boolean {
  const counted = seen - from + 1;
  return counted >= 1 && counted % every === 0 && counted / every <= times;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What can go wrong on demand:
 * - `too-many-requests`: 429 with Retry-After of `retryAfter` seconds, not carried out
 * - `server-error`: 500, not carried out
 * - `slow`: answered right, `ms` milliseconds late
 * - `truncated`: carried out, but the connection ends in the middle of the body
 * - `dropped`: the connection ends at once, not carried out
 * - `answer-lost`: carried out, but the connection ends before the answer
 */
const FAULT_KINDS = ['too-many-requests', 'server-error', 'slow', 'truncated', 'dropped', 'answer-lost'] as const;

type FaultKind = (typeof FAULT_KINDS)[number];

/** When a fault strikes. With neither `every` nor `times` it strikes each matching request. */
export interface FaultRule {
  kind: FaultKind;
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
}

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
  const { kind, match, ...numbers } = value;
  if (!FAULT_KINDS.some((known) => known === kind))
    throw new TypeError(`kind must be one of ${FAULT_KINDS.join(', ')}.`);
  if (match !== undefined && typeof match !== 'string') throw new TypeError('match must be text.');
  for (const [name, number] of Object.entries(numbers)) {
    const least = { every: 1, times: 0, retryAfter: 0, ms: 0 }[name];
    if (least === undefined) throw new TypeError(`A rule has no ${name}.`);
    if (!Number.isInteger(number) || Number(number) < least) {
      throw new TypeError(`${name} must be a whole number from ${least} up.`);
    }
  }
  return { kind: kind as FaultKind, ...(match !== undefined && { match }), ...numbers };
}

function strikes({ every = 1, times = Number.POSITIVE_INFINITY }: FaultRule, seen: number): boolean {
  return seen % every === 0 && seen / every <= times;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

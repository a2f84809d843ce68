import type { CanonicalData, EntityType } from '../connectors/canonical/canonical.types.ts';
import type { Match } from '../connectors/contract/connector.types.ts';
import { looksAlike, type MatchKey, type ScoredMatch, scoreMatch } from './match.strength.ts';

export interface MatchInput {
  readonly entity: EntityType;
  /** The item, with its references as ids of the destination. */
  readonly target: CanonicalData;
  /** The entries of the destination that share a key with it. */
  readonly matches: readonly Match[];
  /** Ids of the destination that are bound to items of other systems, whether or not a connection leads to those now. */
  readonly boundToOthers: ReadonlySet<string>;
  /** Ids of the destination that are bound to items of systems that no connection leads to any more, and to none of the source. */
  readonly leftBehind: ReadonlySet<string>;
  /** A person decided that the item is none of the entries there are. */
  readonly isNew: boolean;
}

export type MatchChoice = { readonly kind: 'new' } | { readonly kind: 'entry'; readonly match: ScoredMatch } | Asked;

/** A person decides which of these it is, or that it is none. */
export interface Asked {
  readonly kind: 'ask';
  readonly matches: readonly ScoredMatch[];
  readonly message: string;
}

/** By which keys entries are looked for, the surest first. */
const TIERS: Readonly<Record<EntityType, readonly MatchKey[]>> = {
  customer: ['email', 'vat', 'reference'],
  product: ['sku', 'barcode'],
  order: [],
};

/**
 * Which entry of the destination an item is that was never synced. The mark of our own create decides alone. Otherwise exactly one entry
 * has to be the same by two keys, and nobody's else: what is visibly somebody else's, or may be, is for a person to decide. Pure.
 */
export function chooseMatch(input: MatchInput): MatchChoice {
  const { entity, target, matches, boundToOthers, isNew } = input;
  const scored = matches.flatMap((entry) => (isOnlyAlike(entry) ? [] : scoreMatch(entity, target, entry)));
  // What cannot be read is told by the plan.
  const broken = scored.find(({ entry }) => entry.problem);
  if (broken) return { kind: 'entry', match: broken };
  const marked = scored.filter(({ entry }) => entry.marked);
  if (marked.length > 0) return marked.length > 1 ? ask(marked) : taken(marked[0] as ScoredMatch);
  if (isNew) return { kind: 'new' };
  const living = scored.filter(({ entry }) => isLiving(entry));
  const considered = living.length > 0 ? living : scored;
  for (const key of TIERS[entity]) {
    const group = considered.filter(({ by }) => by.includes(key));
    if (group.length === 0) continue;
    // Contacts of a company share its VAT number, so the one with the name is meant. Who shares an email is alike.
    const sure = key === 'vat' || key === 'reference' ? group.filter(({ strength }) => strength === 'medium') : group;
    const [only, ...more] = sure;
    if (!only || more.length > 0) return ask(group);
    const owner = ownerOf(only.entry, boundToOthers);
    return isSure(only, entity, owner === null) ? taken(only) : ask([owner ? heldBy(only, owner) : only]);
  }
  const namesakes = namesakesOf(input);
  return namesakes.length > 0 ? ask(namesakes) : { kind: 'new' };
}

/**
 * When an address or a setting changes what the ids of a system mean, its items come anew, and those without a natural key would be created
 * again. So whoever looks like an entry that was made for such an item is asked about.
 */
function namesakesOf({ entity, target, matches, leftBehind }: MatchInput): ScoredMatch[] {
  return matches
    .filter(({ namesake, lookalike, external_id, data }) => {
      if (data === null || !leftBehind.has(external_id)) return false;
      return lookalike || (namesake && looksAlike(entity, target, data));
    })
    .map((entry) => heldBy(scoreMatch(entity, target, entry), OF_LEFT));
}

/** Nothing that the two share is a key. */
export const isOnlyAlike = ({ namesake, lookalike }: Match): boolean => Boolean(namesake || lookalike);

const OF_LEFT = 'it came from a system that no connection leads to any more';

const OF_ANOTHER = 'an item of another system is bound to it';
/** Its binding may not be known yet, or not any more. */
const MADE_FOR_ANOTHER = 'it was created for another item';

/** Why an entry is not free, as the end of a sentence; null when it is. */
function ownerOf({ external_id, markedForAnother }: Match, boundToOthers: ReadonlySet<string>): string | null {
  if (boundToOthers.has(external_id)) return OF_ANOTHER;
  return markedForAnother ? MADE_FOR_ANOTHER : null;
}

const heldBy = (match: ScoredMatch, owner: string): ScoredMatch => ({
  ...match,
  entry: { ...match.entry, held: match.entry.held ?? owner },
});

function isSure(match: ScoredMatch, entity: EntityType, isFree: boolean): boolean {
  if (match.strength === 'weak') return match.by.includes('email') && match.nameless && isFree;
  // Two systems that count their products alike mean different ones by the same code.
  return entity !== 'product' || isFree || match.by.includes('name');
}

const taken = (match: ScoredMatch): MatchChoice => (match.entry.held ? ask([match]) : { kind: 'entry', match });

const isLiving = ({ data, deleted }: Match): boolean =>
  data !== null && !deleted && !('active' in data && data.active === false);

const NAMES: Readonly<Record<MatchKey, string>> = {
  mark: 'mark',
  email: 'e-mail',
  name: 'name',
  vat: 'VAT number',
  reference: 'reference',
  sku: 'SKU',
  barcode: 'barcode',
  number: 'number',
  content: 'buyer and sum',
};

function ask(matches: readonly ScoredMatch[]): MatchChoice {
  return { kind: 'ask', matches, message: `${matches.map(described).join(' ')} ${ADVICE}` };
}

const ADVICE = 'Link the item to an entry, or decide that it is a new one.';

function described({ entry, by }: ScoredMatch): string {
  const keys = by.map((key) => NAMES[key]).join(' and ');
  const held = entry.held ? `, but ${entry.held}` : '';
  return `Entry ${entry.external_id} of the destination has the same ${keys}${entry.archived ? ' and is archived there' : ''}${held}.`;
}

import { withMaskedMembers } from '../common/masked.members.ts';
import { MASK, masked } from '../common/masked.text.ts';
import type { ActivityDto, ActivityErrorDto } from './dto/activity.dto.ts';
import type { ActivityFilterQuery } from './dto/requests.dto.ts';

// The trail for whoever may not see values of items: what errors say is masked, and a search finds what is shown and nothing else, or it would tell
// what is masked to whoever asks for one word after another.

/** An entry with the text that its filters look at. */
export interface SearchedEntry extends ActivityDto {
  readonly searched_message: string;
}

/** For LIKE: every text that is shown as this one, and others, which `isFound` leaves out. */
export const patternOf = (shown: string): string =>
  shown
    .split(MASK)
    .map((part) => part.replaceAll(/[\\%_]/g, String.raw`\$&`))
    .join('%');

/** Whether the filter finds the entry in what is shown of it. */
export function isFound(entry: SearchedEntry, { q, error_message }: ActivityFilterQuery): boolean {
  const message = masked(entry.searched_message);
  if (error_message !== undefined && message !== error_message) return false;
  if (q === undefined) return true;
  const { sync_id, user_id, entity_type, source_system, activity_type } = entry;
  return [sync_id, user_id, entity_type, source_system, activity_type, message].some((text) =>
    text?.toLowerCase().includes(q.toLowerCase()),
  );
}

export function maskedEntry({ searched_message: _, ...entry }: SearchedEntry): ActivityDto {
  return JSON.parse(withMaskedMembers(JSON.stringify(entry)));
}

export interface ErrorGroup extends ActivityErrorDto {
  /** Of the group, each once. */
  readonly sync_ids: readonly string[];
}

/** Groups that are shown alike are one. */
export function maskedErrors(groups: readonly ErrorGroup[], most: number): ActivityErrorDto[] {
  const alike = new Map<string, ErrorGroup[]>();
  for (const group of groups) {
    const error_message = masked(group.error_message);
    const key = JSON.stringify([error_message, group.entity_type, group.status]);
    alike.set(key, [...(alike.get(key) ?? []), { ...group, error_message }]);
  }
  return [...alike.values()]
    .map(merged)
    .sort((one, other) => other.error_count - one.error_count || Date.parse(other.last_at) - Date.parse(one.last_at))
    .slice(0, most);
}

function merged(groups: readonly ErrorGroup[]): ActivityErrorDto {
  const byTime = groups.toSorted((one, other) => Date.parse(one.last_at) - Date.parse(other.last_at));
  const { sync_ids: _, ...newest } = byTime.at(-1) as ErrorGroup;
  return {
    ...newest,
    error_class: groups.map(({ error_class }) => error_class).find((name) => name !== null) ?? null,
    error_count: groups.reduce((sum, { error_count }) => sum + error_count, 0),
    sync_count: new Set(groups.flatMap(({ sync_ids }) => sync_ids)).size,
    first_at: groups.map(({ first_at }) => first_at).sort((a, b) => Date.parse(a) - Date.parse(b))[0] as string,
  };
}

import type { Activity } from '@sync-operations/client';

/** A failed item that a service told in an entry of the trail, as the guide does. */
export interface ReportedFailure {
  readonly id: string;
  /** `customer 17`; null: the entry names no item. */
  readonly item: string | null;
  readonly message: string;
  readonly at: string;
}

const IS_END = /^(sync|preview)_/;
/** The member of an entry's details that names the item: customerId, order_id, sku, external_id. */
const NAMES_ITEM = /^(id|sku|email|external_id|number|.*(Id|_id|Number|_number))$/;

/** What went wrong: services write it into the entry or into its details. */
export const messageOf = ({ error_message, details }: Pick<Activity, 'error_message' | 'details'>): string | null => {
  const told = error_message ?? details?.error ?? details?.error_message;
  return typeof told === 'string' ? told : told === undefined || told === null ? null : JSON.stringify(told);
};

/** The failures among entries of one sync; its own end is none. */
export function reportedFailures(entries: readonly Activity[]): ReportedFailure[] {
  return entries.flatMap((entry) => {
    const message = messageOf(entry);
    if (message === null || IS_END.test(entry.activity_type)) return [];
    return [{ id: entry.id, item: itemOf(entry), message, at: entry.created_at }];
  });
}

function itemOf({ entity_type, details }: Activity): string | null {
  const [name, value] =
    Object.entries(details ?? {}).find(
      ([member, one]) => NAMES_ITEM.test(member) && (typeof one === 'string' || typeof one === 'number'),
    ) ?? [];
  if (name === undefined) return null;
  const kind = /^(.+?)_?(?:Id|id)$/.exec(name)?.[1];
  return `${kind && kind !== 'external' ? kind.toLowerCase() : (entity_type ?? 'item')} ${value}`;
}

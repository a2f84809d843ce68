import { readDateParameter, SHOP_OFFSET } from './shop.clock.ts';

/** What date filters look at; milliseconds since 1970. */
export interface Dated {
  createdAt: number;
  modifiedAt: number;
}

/** Open intervals of UTC instants in milliseconds: both ends are excluded, as in WordPress. */
export interface DateFilter {
  created: readonly [after: number, before: number];
  modified: readonly [after: number, before: number];
}

/** Reads `after`, `before`, `modified_after`, `modified_before` and `dates_are_gmt`. */
export function readDateFilter(params: Readonly<Record<string, unknown>>): DateFilter {
  const shift = params.dates_are_gmt === true ? 0 : SHOP_OFFSET;
  const bound = (name: string, open: number) => (params[name] ? readDateParameter(String(params[name])) - shift : open);
  return {
    created: [bound('after', -Infinity), bound('before', Infinity)],
    modified: [bound('modified_after', -Infinity), bound('modified_before', Infinity)],
  };
}

export function passesDates({ createdAt, modifiedAt }: Dated, { created, modified }: DateFilter): boolean {
  return createdAt > created[0] && createdAt < created[1] && modifiedAt > modified[0] && modifiedAt < modified[1];
}

/** Whether all, no or some records between two dates match, so that listing everything need not check each record. */
export function judgeSpan(span: { from: number; to: number }, { created, modified }: DateFilter) {
  const intervals = [created, modified];
  if (intervals.some(([after, before]) => after >= span.to || before <= span.from)) return 'none';
  return intervals.every(([after, before]) => after < span.from && before > span.to) ? 'all' : 'some';
}

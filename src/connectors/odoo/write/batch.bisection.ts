import { OdooFault } from '../api/odoo.fault.ts';

/**
 * Saves items together. Odoo saves none of them when one is invalid, so a refused list is halved until the invalid items are alone:
 * a few calls for a few invalid items. Returns an id or a fault for each item, in their order. Throws a fault that `canSplit` denies,
 * and any other error.
 */
export async function bisect<T>(
  items: readonly T[],
  save: (items: readonly T[]) => Promise<readonly number[]>,
  canSplit: (fault: OdooFault) => Promise<boolean>,
): Promise<(number | OdooFault)[]> {
  if (items.length === 0) return [];
  try {
    return [...(await save(items))];
  } catch (error) {
    if (!(error instanceof OdooFault) || !(await canSplit(error))) throw error;
    if (items.length === 1) return [error];
    const middle = Math.ceil(items.length / 2);
    const left = await bisect(items.slice(0, middle), save, canSplit);
    return [...left, ...(await bisect(items.slice(middle), save, canSplit))];
  }
}

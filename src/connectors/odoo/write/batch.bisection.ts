import { OdooFault } from '../api/odoo.fault.ts';

/**
 * Saves items together. Odoo saves none of them when one is bad, so what it refuses is halved until the bad ones stand alone: a
 * few calls for a few bad ones. One id or fault per item, in their order. A fault that `mayGoOn` denies, and any other error,
 * is thrown.
 */
export async function bisect<T>(
  items: readonly T[],
  save: (items: readonly T[]) => Promise<readonly number[]>,
  mayGoOn: (fault: OdooFault) => Promise<boolean>,
): Promise<(number | OdooFault)[]> {
  if (items.length === 0) return [];
  try {
    return [...(await save(items))];
  } catch (error) {
    if (!(error instanceof OdooFault) || !(await mayGoOn(error))) throw error;
    if (items.length === 1) return [error];
    const middle = Math.ceil(items.length / 2);
    const left = await bisect(items.slice(0, middle), save, mayGoOn);
    return [...left, ...(await bisect(items.slice(middle), save, mayGoOn))];
  }
}

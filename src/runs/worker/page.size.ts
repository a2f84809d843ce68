const LARGEST = 100;
const SMALLEST = 5;

/** The next page's size: half after trouble, a little more after each success. Pure. */
export function adaptPageSize(size: number, wentWell: boolean): number {
  return wentWell ? Math.min(size + 5, LARGEST) : Math.max(Math.floor(size / 2), SMALLEST);
}

export const FIRST_PAGE_SIZE = LARGEST;

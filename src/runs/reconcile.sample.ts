/** A sample has at most this part of the items, so that it costs a full sync little more. */
const PART = 20;

/** How many of so many bound items are compared again after a full sync. Zero: none. */
export const sampleSize = (most: number, bound: number): number => Math.min(most, Math.floor(bound / PART));

import { createHash } from 'node:crypto';

/** A sample has at most this part of the items. */
const PART = 20;
/** The sync of so many items makes about ten times the calls of a sample, of which two ask the systems which they are. */
const WORTH_A_SAMPLE = 2_000;

/** How many of so many items are compared again after a full sync. Zero: none. */
export const sampleSize = (most: number, items: number): number => Math.min(most, Math.floor(items / PART));

/** Whether a sample follows a sync of so many items: of small syncs only some, so that samples add a tenth to them at most. Pure. */
export const isSampled = (syncId: string, items: number): boolean =>
  createHash('sha256').update(syncId).digest().readUInt32BE() / 2 ** 32 < items / WORTH_A_SAMPLE;

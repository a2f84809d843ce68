/** An ascending sequence of ids that is never materialized: reading any part of it costs a few lookups. */
export interface Sequence {
  length: number;
  idAt(position: number): number;
}

/** The generated records of a list in their order. */
export interface Ranking<T> {
  count: number;
  idAt(rank: number): number;
  /** Only called for ids in the ranking. */
  rankOf(id: number): number;
  /** Does the generated record at that rank come after this one? */
  isAfter(rank: number, record: T): boolean;
}

/**
 * All generated records without the removed ones and with the added ones (`added` in the list's order). The rank of a
 * generated record is computed; the few others are placed among them by binary search.
 */
export function mergedSequence<T extends { readonly id: number }>(
  ranking: Ranking<T>,
  added: readonly T[],
  removed: readonly number[],
): Sequence {
  const gaps = removed.map((id) => ranking.rankOf(id)).sort((a, b) => a - b);
  const survivorsBefore = (rank: number) => rank - firstWhere(gaps.length, (i) => (gaps[i] ?? 0) >= rank);
  // Deleted or not, neighbours keep their order: compare with the generated original at each rank.
  const placed = added.map((record, extra) => {
    const rank = firstWhere(ranking.count, (i) => ranking.isAfter(i, record));
    return { id: record.id, position: survivorsBefore(rank) + extra };
  });
  return {
    length: ranking.count - gaps.length + placed.length,
    idAt(position) {
      const extras = firstWhere(placed.length, (i) => (placed[i]?.position ?? 0) >= position);
      const here = placed[extras];
      if (here?.position === position) return here.id;
      const survivor = position - extras;
      return ranking.idAt(survivor + firstWhere(gaps.length, (i) => (gaps[i] ?? 0) - i > survivor));
    },
  };
}

/** The first of 0…length−1 for which a condition that stays true once it is true holds, or length. */
export function firstWhere(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

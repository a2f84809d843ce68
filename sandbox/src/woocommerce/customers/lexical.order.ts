/**
 * The whole numbers 1…count in the order of their decimal text: 1, 10, 100, 2, 20… `orderby=name` sorts customer1,
 * customer10, customer2 like this, and neither function below needs the list, so any page of a million is cheap.
 */

/** The number at a 0-based rank of that order. */
export function lexicalAt(rank: number, count: number): number {
  let current = 1;
  let left = rank;
  while (left > 0) {
    const family = countWithPrefix(current, count);
    if (family <= left) {
      left -= family; // the number and all that begin with it come before the one we look for
      current += 1;
    } else {
      left -= 1;
      current *= 10;
    }
  }
  return current;
}

/** The 0-based rank of a number: how many of 1…count come before it. */
export function lexicalRankOf(number: number, count: number): number {
  const digits = String(number).length;
  let rank = 0;
  for (let length = 1; length <= String(count).length; length += 1) {
    const lowest = 10 ** (length - 1);
    const bound = Math.floor(number * 10 ** (length - digits));
    // A shorter prefix of the number comes before it, a number of its own length only when smaller.
    const end = length < digits ? bound + 1 : bound;
    rank += Math.max(0, Math.min(end, count + 1) - lowest);
  }
  return rank;
}

function countWithPrefix(prefix: number, count: number): number {
  let total = 0;
  for (let low = prefix, width = 1; low <= count; low *= 10, width *= 10) {
    total += Math.min(low + width, count + 1) - low;
  }
  return total;
}

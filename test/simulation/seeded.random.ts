/** A source of chance that gives the same numbers for the same seed: sfc32, seeded by four words of the text. */
export class SeededRandom {
  private readonly state: Uint32Array;

  constructor(seed: string) {
    let hash = 0x811c9dc5;
    this.state = Uint32Array.from([1, 2, 3, 4], (salt) => {
      for (const letter of `${salt} ${seed}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
      return hash;
    });
    for (let round = 0; round < 12; round += 1) this.word();
  }

  /** 32 bits. */
  word(): number {
    const [a = 0, b = 0, c = 0, counter = 0] = this.state;
    const sum = (a + b + counter) >>> 0;
    this.state.set([b ^ (b >>> 9), c + (c << 3), ((c << 21) | (c >>> 11)) + sum, counter + 1]);
    return sum;
  }

  /** From 0 up to, but not, 1. */
  fraction(): number {
    return this.word() / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.fraction() < share;
  }

  pick<T>(all: readonly T[]): T {
    return all[this.between(0, all.length - 1)] as T;
  }

  bytes(count: number): Buffer {
    return Buffer.from(Uint8Array.from({ length: count }, () => this.word() & 255));
  }
}

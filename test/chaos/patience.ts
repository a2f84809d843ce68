interface Waiting {
  readonly sentAt: number;
  readonly at: object;
  readonly meantMs: number;
}

/** Counts requests that are neither answered nor refused, and whose connection does not end either. */
export class Patience {
  private readonly waiting = new Set<Waiting>();
  /** When each process was frozen, and until when: no process can answer then, so it does not count. */
  private readonly frozen: { readonly at: object; readonly from: number; until: number }[] = [];
  private hung = 0;
  private readonly limitMs: number;

  constructor(limitMs: number) {
    this.limitMs = limitMs;
  }

  /** `at`: the process that is asked. `meantMs`: how long it is meant to take, of more than one request. */
  async watch<T>(at: object, request: Promise<T>, meantMs = 0): Promise<T> {
    const one = { sentAt: performance.now(), at, meantMs };
    this.waiting.add(one);
    try {
      return await request;
    } finally {
      this.waiting.delete(one);
      if (this.isTooLong(one)) this.hung += 1;
    }
  }

  freeze(at: object): () => void {
    const interval = { at, from: performance.now(), until: Number.POSITIVE_INFINITY };
    this.frozen.push(interval);
    return () => {
      interval.until = performance.now();
    };
  }

  count(): number {
    return this.hung + [...this.waiting].filter((one) => this.isTooLong(one)).length;
  }

  private isTooLong({ sentAt, at, meantMs }: Waiting): boolean {
    const now = performance.now();
    const excused = this.frozen
      .filter((interval) => interval.at === at)
      .reduce((sum, { from, until }) => sum + Math.max(0, Math.min(now, until) - Math.max(sentAt, from)), 0);
    return now - sentAt - excused - meantMs > this.limitMs;
  }
}

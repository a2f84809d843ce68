import { createHash } from 'node:crypto';

/** An assistant asks one thing after another; a few of one key at a time leave room for those of others. */
const OF_A_CALLER = 8;
/** Each holds a body and an answer of some kilobytes, and a request at the service. */
const IN_ALL = 64;

/** How many requests are at work, in all and of each caller. Who is above either is refused at once, and has nothing kept. */
export class RequestSlots {
  private all = 0;
  private readonly callers = new Map<string, number>();

  /** Call what it returns when the response has been sent; undefined: there is no room. */
  take(credentials: string): (() => void) | undefined {
    // Nothing here holds a key longer than its request does.
    const caller = createHash('sha256').update(credentials).digest('base64');
    const own = this.callers.get(caller) ?? 0;
    if (this.all >= IN_ALL || own >= OF_A_CALLER) return undefined;
    this.all += 1;
    this.callers.set(caller, own + 1);
    return () => {
      this.all -= 1;
      const left = (this.callers.get(caller) ?? 1) - 1;
      if (left === 0) this.callers.delete(caller);
      else this.callers.set(caller, left);
    };
  }
}

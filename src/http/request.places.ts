/** An organization that asks for little is served however many others ask for much: as many at once as its share of the connections. */
const LEAST = 4;

/**
 * How many requests may be under way. More would not be done sooner: each round trip of one under way waits for what arrives of all others
 * to be read and refused, so that two thousand at once get less done than sixty-four. While all places are taken, an organization that holds
 * more than its share of them gets no other one.
 */
export class RequestPlaces {
  private readonly held = new Map<string, number>();
  private total = 0;
  private readonly places: number;

  constructor(places: number) {
    this.places = places;
  }

  /** A place until the function that is returned is called; undefined: there is none. */
  take(orgId: string): (() => void) | undefined {
    const own = this.held.get(orgId) ?? 0;
    const share = Math.max(LEAST, this.places / this.held.size);
    if (this.total >= this.places && own >= share) return undefined;
    this.held.set(orgId, own + 1);
    this.total += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.release(orgId);
      isHeld = false;
    };
  }

  private release(orgId: string): void {
    const left = (this.held.get(orgId) ?? 1) - 1;
    if (left === 0) this.held.delete(orgId);
    else this.held.set(orgId, left);
    this.total -= 1;
  }
}

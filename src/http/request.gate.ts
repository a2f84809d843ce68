import { steadyNow } from '../common/clock.ts';
import { overloaded } from '../common/overload.ts';
import { RequestPlaces } from './request.places.ts';

/**
 * What begins, and what is refused, in one turn of the event loop; what the database has sent is read between two turns. Two thousand
 * requests that begin in one turn get less done than sixty-four, since each round trip of each waits for that of all others.
 */
const BEGIN_A_TURN = 32;
/** A refusal costs less than a request. Fewer a turn would be refused late when two thousand wait, more would make a turn longer. */
const REFUSE_A_TURN = 60;
/**
 * Who finds no place is refused within a second. A refusal sooner than needed is one more of them, since who is refused mostly comes back at
 * once; but before a request is seen here, and before its refusal is sent, each a turn passes. So the longest of the last turns is left for each of
 * these three, and a process that has little time refuses sooner.
 */
const WAITS_MS = { atLeast: 300, atMost: 750 };
const REFUSED_WITHIN_MS = 1_000;
const TURNS_LEFT = 3;
/** How much of the longest turn is remembered from one turn to the next. */
const FADES = 0.98;
/** While nothing can begin, places are looked for this often. */
const LOOK_EVERY_MS = 5;

interface Waiting {
  readonly orgId: string;
  readonly since: number;
  readonly begin: (release: () => void) => void;
  readonly refuse: (problem: Error) => void;
}

/**
 * Lets requests begin while there are places, a few at a time and the organizations in turn, and refuses who waits too long. A process that
 * has time for all makes nobody wait.
 */
export class RequestGate {
  private readonly places: RequestPlaces;
  /** By organization, each oldest first. Who has had a turn goes to the end. */
  private readonly waiting = new Map<string, Set<Waiting>>();
  /** Of all organizations, oldest first. */
  private readonly byAge = new Set<Waiting>();
  private begun = 0;
  private isScheduled = false;
  private lastTurn: number | undefined;
  private longestTurnMs = 0;

  constructor(places: number) {
    this.places = new RequestPlaces(places);
  }

  /** Returns what gives the place back; throws Problem overloaded. */
  async enter(orgId: string): Promise<() => void> {
    this.schedule();
    const release = this.waiting.has(orgId) ? undefined : this.begin(orgId);
    if (release) return release;
    return new Promise((begin, refuse) => {
      const one = { orgId, since: steadyNow(), begin, refuse };
      const queue = this.waiting.get(orgId) ?? new Set();
      this.waiting.set(orgId, queue.add(one));
      this.byAge.add(one);
    });
  }

  private begin(orgId: string): (() => void) | undefined {
    const release = this.begun < BEGIN_A_TURN ? this.places.take(orgId) : undefined;
    if (release) this.begun += 1;
    return release;
  }

  private schedule(afterMs = 0): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    if (afterMs > 0) setTimeout(() => this.turn(), afterMs);
    else setImmediate(() => this.turn());
  }

  private turn(): void {
    const now = steadyNow();
    this.longestTurnMs = Math.max(now - (this.lastTurn ?? now), this.longestTurnMs * FADES);
    this.isScheduled = false;
    this.begun = 0;
    const refused = this.refuseOld(now);
    while (this.beginEach());
    const isAnybodyLeft = this.waiting.size > 0;
    this.lastTurn = isAnybodyLeft ? now : undefined;
    if (isAnybodyLeft) this.schedule(this.begun + refused > 0 ? 0 : LOOK_EVERY_MS);
  }

  /** One request of each organization. False when none could begin. */
  private beginEach(): boolean {
    const before = this.begun;
    for (const [orgId, queue] of [...this.waiting]) {
      const release = this.begin(orgId);
      const [oldest] = queue;
      if (!release || !oldest) continue;
      this.leave(oldest);
      if (this.waiting.delete(orgId)) this.waiting.set(orgId, queue);
      oldest.begin(release);
    }
    return this.begun > before;
  }

  private refuseOld(now: number): number {
    const waitsMs = REFUSED_WITHIN_MS - TURNS_LEFT * this.longestTurnMs;
    const tooOld = now - Math.min(WAITS_MS.atMost, Math.max(WAITS_MS.atLeast, waitsMs));
    let refused = 0;
    for (const one of this.byAge) {
      if (refused === REFUSE_A_TURN || one.since >= tooOld) break;
      refused += 1;
      this.leave(one);
      one.refuse(overloaded('More requests are under way than the service gets through in time.'));
    }
    return refused;
  }

  private leave(one: Waiting): void {
    this.byAge.delete(one);
    const queue = this.waiting.get(one.orgId);
    queue?.delete(one);
    if (queue?.size === 0) this.waiting.delete(one.orgId);
  }
}

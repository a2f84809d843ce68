import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import FakeTimers, { type Clock } from '@sinonjs/fake-timers';
import { SeededRandom } from './seeded.random.ts';

/** Part of the service that may be killed: all that it began is known by this. */
export class Instance {
  /** Of the seed at hand. */
  static count = 1;
  readonly name: string;
  readonly number: number;
  isDead = false;
  isStarting = false;
  /** It is killed when it has sent and received so many more. */
  messagesLeft = Number.POSITIVE_INFINITY;
  private readonly ends: (() => void)[] = [];

  constructor(name: string) {
    this.name = name;
    Instance.count += 1;
    this.number = Instance.count;
  }

  /** Called when it is killed. */
  onKill(end: () => void): void {
    this.ends.push(end);
  }

  /** As SIGKILL does: nothing of it runs on, and its connections are gone. */
  kill(): void {
    this.isDead = true;
    for (const end of this.ends) end();
  }

  /** Called before each message that it sends or receives; true when it is dead. */
  countMessage(): boolean {
    this.messagesLeft -= 1;
    if (this.messagesLeft <= 0 && !this.isDead) this.kill();
    return this.isDead;
  }

  run<T>(work: () => T): T {
    return current.run(this, work);
  }
}

const current = new AsyncLocalStorage<Instance>();

/** Done by nobody: it goes on whoever is killed. */
export const byNobody = <T>(work: () => T): T => current.exit(work);

/** Whoever is running. */
export const currentInstance = (): Instance | undefined => current.getStore();

const FAKED = [
  ...(['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] as const),
  ...(['Date', 'performance'] as const),
];
const TURN_MS = 1;
const realSetImmediate = setImmediate;
const realSetTimeout = setTimeout;

/** The clock goes by milliseconds: what waits for less than one must see it pass, as with Node's own timers. */
const wholeMs = (ms = 1): number => Math.max(1, Math.ceil(Number(ms) || 1));

/** Lets everything run that waits for no timer. */
export const settled = (): Promise<void> => new Promise((resolve) => realSetImmediate(resolve));

/** Lets what is not ours go on, such as the reading of a file. */
export const outside = (): Promise<void> => new Promise((resolve) => realSetTimeout(resolve, 1));

/**
 * Replaces clock and timers of this process, for good. To be called before the service is loaded, since modules
 * keep what they find. What a killed instance waits for never comes.
 */
export function virtualProcess(now: Date): Clock {
  const clock = FakeTimers.install({ now, toFake: [...FAKED], shouldClearNativeTimers: true });
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const set = globalThis[name] as (callback: (...args: unknown[]) => void, ...rest: unknown[]) => unknown;
    const wrapped = (callback: (...args: unknown[]) => void, ms?: number, ...rest: unknown[]) => {
      const instance = currentInstance();
      const bound = AsyncResource.bind(callback);
      const late = (...args: unknown[]) => {
        if (!instance?.isDead) bound(...args);
        else if (name === 'setInterval') clearInterval(timer as number);
      };
      const timer = set(late, wholeMs(ms), ...rest);
      return timer;
    };
    Object.assign(globalThis, { [name]: wrapped });
  }
  // A turn of the event loop takes time, or who waits turn by turn for a time would wait for ever.
  const nextTurn = (callback: (...args: unknown[]) => void, ...args: unknown[]) =>
    setTimeout(callback, TURN_MS, ...args);
  Object.assign(globalThis, { setImmediate: nextTurn, clearImmediate: clearTimeout });
  const delay = timersPromises.setTimeout;
  timersPromises.setImmediate = (<T>(value?: T) =>
    timersPromises.setTimeout(TURN_MS, value)) as typeof timersPromises.setImmediate;
  timersPromises.setTimeout = ((ms?: number, ...rest: unknown[]) =>
    currentInstance()?.isDead ? new Promise(() => undefined) : delay(wholeMs(ms), ...(rest as []))) as typeof delay;
  // Node's own counts real time.
  AbortSignal.timeout = (ms: number) => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('The operation timed out', 'TimeoutError')), ms);
    return controller.signal;
  };
  syncBuiltinESMExports();
  return clock;
}

/**
 * Nest's package `uid` takes chance in advance, and more of it for the first application of a process: a seed that came later would go on
 * with other numbers.
 */
function isForNest(): boolean {
  if (!currentInstance()?.isStarting) return false;
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 3;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return /[/\\]uid[/\\]/.test(stack ?? '');
}

/** Of the seed at hand. What takes chance may have been kept by whoever found it, so that is the same for all seeds. */
let random = new SeededRandom('nobody');
let stored = random;

/** From now on chance is that of the seed; Nest's store is of none. */
export function seedChance(seed: SeededRandom): void {
  random = seed;
  stored = new SeededRandom('stored');
}

/** Replaces whatever gives chance, for good. */
export function virtualChance(): void {
  Math.random = () => (isForNest() ? stored : random).fraction();
  const fill = <T extends NodeJS.ArrayBufferView>(view: T): T => {
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).set(random.bytes(view.byteLength));
    return view;
  };
  const randomUUID = () => {
    const hex = random.bytes(16).toString('hex');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  };
  Object.assign(crypto, {
    randomUUID,
    randomBytes: (count: number) => random.bytes(count),
    randomFillSync: fill,
    randomInt: (least: number, most?: number) =>
      most === undefined ? random.between(0, least - 1) : random.between(least, most - 1),
  });
  for (const [name, value] of Object.entries({ getRandomValues: fill, randomUUID }))
    Object.defineProperty(globalThis.crypto, name, { value, configurable: true });
  syncBuiltinESMExports();
}

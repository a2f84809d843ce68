interface LookedAt {
  readonly kind: string;
  readonly name: string;
  readonly is: string;
}

interface SyncState {
  readonly status: string;
  readonly processed: number;
  readonly failed: number;
  readonly total: number | null;
  readonly ended: boolean;
  readonly epoch: number | null;
  readonly state: string | null;
  /** How many ids a run has counted, which are not kept after its end; null when it is no run. */
  readonly seen: number | null;
  readonly ends: number;
}

/** Holds each look at the database against the one before it, and tells what is broken. */
export class PromiseChecker {
  private syncs = new Map<string, SyncState>();
  private entries = new Map<string, string>();
  private readonly acknowledged = new Map<string, number>();

  /** A reporter was told that this many are counted. */
  acknowledge(sync: string, processed: number): void {
    this.acknowledged.set(sync, Math.max(processed, this.acknowledged.get(sync) ?? 0));
  }

  check(rows: readonly LookedAt[]): string[] {
    const syncs = new Map<string, SyncState>();
    const entries = new Map<string, string>();
    const broken: string[] = [];
    for (const { kind, name, is } of rows) {
      if (kind === 'sync') syncs.set(name, JSON.parse(is));
      else if (kind === 'entry') entries.set(name, is);
      else broken.push(`${name} is ${kind}: ${is}`);
    }
    for (const [name, now] of syncs) broken.push(...this.brokenBy(name, now).map((what) => `${name} ${what}`));
    for (const name of this.syncs.keys()) if (!syncs.has(name)) broken.push(`${name} is gone`);
    for (const [name, was] of this.entries)
      if (entries.get(name) !== was)
        broken.push(`entry ${name} of the trail was ${entries.has(name) ? 'changed' : 'removed'}`);
    this.syncs = syncs;
    this.entries = entries;
    return broken;
  }

  private brokenBy(name: string, now: SyncState): string[] {
    const was = this.syncs.get(name);
    const told = this.acknowledged.get(name) ?? 0;
    const rules: [boolean, string][] = [
      [now.processed + now.failed > (now.total ?? Number.POSITIVE_INFINITY), 'has counted more than its total'],
      [now.ends !== (now.ended ? 1 : 0), `has ${now.ends} entries of its end and is ${now.status}`],
      [now.processed < told, `has ${now.processed}, and a reporter was told ${told}`],
      [
        !now.ended && now.seen !== null && now.seen !== now.processed + now.failed,
        `counts ${now.processed + now.failed} and saw ${now.seen}`,
      ],
      [now.state === 'ended' && !now.ended, 'is open, and its run has ended'],
      [now.processed < (was?.processed ?? 0), `went back from ${was?.processed} to ${now.processed}`],
      [(now.epoch ?? 0) < (was?.epoch ?? 0), `went back to epoch ${now.epoch}`],
      [was?.ended === true && !isSame(was, now), 'changed after its end'],
    ];
    return rules.filter(([isBroken]) => isBroken).map(([, what]) => what);
  }
}

/** Whether both say the same of an ended sync. */
const isSame = (was: SyncState, now: SyncState): boolean =>
  (['status', 'processed', 'failed', 'total', 'ended', 'ends'] as const).every((member) => was[member] === now[member]);

import type { WatchedRow } from '../progress.sql.ts';
import { changeEvent, snapshotEvent } from './stream.events.ts';
import type { StreamViewer } from './stream.viewer.ts';

/** What an organization's viewers have been told: the last look at it, from which the next change and a new viewer's snapshot are made. */
export class WatchedOrganization {
  readonly orgId: string;
  private readonly viewers = new Set<StreamViewer>();
  /** sync_id by the sync's JSON text, so that a sync that did not change is neither parsed nor made again. */
  private syncs = new Map<string, string>();
  private lastDigest: string | null = null;
  private at: string | undefined;
  private snapshot: Buffer | undefined;

  constructor(orgId: string) {
    this.orgId = orgId;
  }

  get digest(): string | null {
    return this.lastDigest;
  }

  /** Whether there is anything to tell a new viewer. */
  get isRead(): boolean {
    return this.at !== undefined;
  }

  get isWatched(): boolean {
    return this.viewers.size > 0;
  }

  /** Its snapshot and all later changes go to the viewer, in one go: no change can come in between. */
  add(viewer: StreamViewer): void {
    this.viewers.add(viewer);
    if (this.isRead) viewer.begin(this.makeSnapshot());
  }

  remove(viewer: StreamViewer): void {
    this.viewers.delete(viewer);
  }

  /** Takes in a look at the organization and tells the viewers what is new. */
  update({ digest, at, syncs }: WatchedRow): void {
    const isFirst = !this.isRead;
    this.at = at;
    this.snapshot = undefined;
    this.lastDigest = digest;
    const change = syncs === null ? undefined : this.diff(at, syncs);
    if (isFirst) for (const viewer of this.viewers) viewer.begin(this.makeSnapshot());
    else if (change) for (const viewer of this.viewers) viewer.send(change);
  }

  /** The next look answers the whole state: what the digest stood for may be another database's. */
  distrust(): void {
    this.lastDigest = null;
  }

  private diff(at: string, text: string): Buffer | undefined {
    const before = this.syncs;
    this.syncs = new Map();
    const changed: string[] = [];
    for (const sync of text === '' ? [] : text.split('\n')) {
      const known = before.get(sync);
      if (known === undefined) changed.push(sync);
      this.syncs.set(sync, known ?? (JSON.parse(sync) as { sync_id: string }).sync_id);
    }
    const present = new Set(this.syncs.values());
    const gone = [...before.values()].filter((syncId) => !present.has(syncId));
    return changed.length + gone.length > 0 ? changeEvent(at, changed, gone) : undefined;
  }

  private makeSnapshot(): Buffer {
    this.snapshot ??= snapshotEvent(this.at as string, this.syncs.keys());
    return this.snapshot;
  }
}

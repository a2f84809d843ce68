import type { WatchedRow } from '../progress.sql.ts';
import { changeEvent, type SyncsEvent, snapshotEvent } from './stream.events.ts';
import type { StreamViewer } from './stream.viewer.ts';

/** The last polled state of an organization. The next change and the snapshot for a new viewer are computed from it. */
export class WatchedOrganization {
  readonly orgId: string;
  /** Its last poll failed, not because the database was gone: it is polled by itself, and not before `pollAgainAt`. */
  isFailing = false;
  pollAgainAt = 0;
  private readonly viewers = new Set<StreamViewer>();
  /** The sync_id by the JSON text of the sync, so that an unchanged sync is not parsed again. */
  private syncs = new Map<string, string>();
  private lastDigest: string | null = null;
  private at: string | undefined;
  private snapshot: SyncsEvent | undefined;

  constructor(orgId: string) {
    this.orgId = orgId;
  }

  get digest(): string | null {
    return this.lastDigest;
  }

  /** Whether the organization was polled, so that a new viewer can get a snapshot. */
  get isRead(): boolean {
    return this.at !== undefined;
  }

  get isWatched(): boolean {
    return this.viewers.size > 0;
  }

  /** Sends the viewer the snapshot and all later changes. Both happen synchronously, so that no change is missed in between. */
  add(viewer: StreamViewer): void {
    this.viewers.add(viewer);
    if (this.isRead) viewer.begin(this.makeSnapshot().for(viewer.credentials));
  }

  remove(viewer: StreamViewer): void {
    this.viewers.delete(viewer);
  }

  /** Stores the result of a poll and sends the viewers the changes. */
  update({ digest, at, syncs }: WatchedRow): void {
    const isFirst = !this.isRead;
    this.at = at;
    this.snapshot = undefined;
    this.lastDigest = digest;
    const change = syncs === null ? undefined : this.diff(at, syncs);
    if (isFirst) for (const viewer of this.viewers) viewer.begin(this.makeSnapshot().for(viewer.credentials));
    else if (change) for (const viewer of this.viewers) viewer.send(change.for(viewer.credentials));
  }

  /** Makes the next poll return the whole state, because after a failure the digest may belong to another database. */
  resetDigest(): void {
    this.lastDigest = null;
  }

  private diff(at: string, text: string): SyncsEvent | undefined {
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

  private makeSnapshot(): SyncsEvent {
    this.snapshot ??= snapshotEvent(this.at as string, this.syncs.keys());
    return this.snapshot;
  }
}

import { expect } from 'vitest';
import type { Json, RunsFixture } from '../runs/runs.support.ts';
import type { SourceDestinationCheck } from '../runs/two-systems.support.ts';

/** What became of the items of a sync: its counts, and the code of each item that was not written. */
export interface Told {
  readonly counts: Record<string, number>;
  readonly codes: Readonly<Record<string, string>>;
  readonly status: string;
  readonly error: string | null;
  /** The kind of the change of each item that was or would be changed, or was in conflict. */
  readonly changes: Readonly<Record<string, string>>;
}

export interface Previewed extends Told {
  readonly key: string;
  readonly summary: Json;
  readonly delta: Json;
  readonly syncId: string;
}

/** Runs and previews of one organization, told alike. */
export class Previews {
  private readonly fixture: RunsFixture;
  private readonly orgId: string;

  constructor(fixture: RunsFixture, orgId: string) {
    this.fixture = fixture;
    this.orgId = orgId;
  }

  async preview({ source_connection_id, ...ends }: SourceDestinationCheck, mode = 'full'): Promise<Previewed> {
    const path = `/connections/${source_connection_id}/preview`;
    const asked = await this.fixture.call(this.orgId, 'POST', path, { ...ends, mode });
    expect(asked.status).toBe(202);
    const told = await this.told(asked.body.sync_id);
    const { body } = await this.fixture.call(this.orgId, 'GET', `/previews/${asked.body.cache_key}`);
    return {
      ...told,
      ...{ key: asked.body.cache_key, syncId: asked.body.sync_id, summary: body.summary, delta: body.delta_data },
    };
  }

  async run(ends: SourceDestinationCheck, mode = 'full'): Promise<Told> {
    return this.told((await this.fixture.start(this.orgId, { ...ends, mode })).sync_id);
  }

  /** The response to the request when it is refused. */
  async apply(ends: SourceDestinationCheck, preview: string): Promise<Told & { readonly refused?: Json }> {
    const { status, body } = await this.fixture.call(this.orgId, 'POST', '/runs', { mode: 'full', ...ends, preview });
    if (status !== 202) return { counts: {}, codes: {}, changes: {}, status: 'refused', error: null, refused: body };
    return this.told(body.sync_id);
  }

  private async told(syncId: string): Promise<Told> {
    const { counts, progress } = await this.fixture.ended(this.orgId, syncId, 60_000);
    const items = await this.all(`/progress/${syncId}/items`);
    const changes = await this.all(`/progress/${syncId}/changes`);
    return {
      counts,
      codes: Object.fromEntries(items.map(({ external_id, error_class }) => [external_id, error_class])),
      changes: Object.fromEntries(changes.map(({ external_id, kind }) => [external_id, kind])),
      status: progress.status,
      error: progress.error_message,
    };
  }

  private async all(path: string): Promise<Json[]> {
    const found: Json[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await this.fixture.call(this.orgId, 'GET', `${path}?limit=200${cursor}`);
      found.push(...body.items);
      if (!body.next_cursor) return found;
      cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
    }
  }
}

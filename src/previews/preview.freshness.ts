import { Injectable } from '@nestjs/common';
import { Problem } from '../common/problem.ts';
import { inSmallerParts, oversized } from '../connectors/border/smaller.parts.ts';
import { ConnectionService } from '../connectors/connections/connection.service.ts';
import type { OpenedConnection } from '../connectors/connections/connection.types.ts';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import type { ConnectorSession, ReadQuery } from '../connectors/contract/connector.types.ts';
import { contentHash } from '../planning/field.diff.ts';
import type { PreviewChange } from '../planning/planning.types.ts';
import type { Run } from '../runs/run.types.ts';
import { destinationToken } from '../runs/source/change.tokens.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type FoundPreview, PreviewFinder } from './preview.finder.ts';
import { changesToCheck } from './preview.sql.ts';

/** The request waits for the check, so the time is limited. */
const LONGEST_WAIT_MS = 8_000;
/** How many changes are compared again when a system has no change token. */
const CHECKED_CHANGES = 300;

/**
 * Looks whether source or destination has changed since the preview, so that a request for an old one is refused at once. What a system
 * does not say in time is left to the run, which compares every item again before it writes. It calls other systems, so it runs outside
 * transactions.
 */
@Injectable()
export class PreviewFreshness {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly finder: PreviewFinder,
  ) {}

  /** Throws stale-preview when one of the systems says that it has changed. */
  async assertFresh(preview: string): Promise<void> {
    const found = await this.finder.find(preview);
    const { run } = found;
    const source = await this.connections.open(run.source_connection_id);
    const other = run.destination_connection_id ? await this.connections.open(run.destination_connection_id) : null;
    try {
      await this.compare(found, source, other, AbortSignal.timeout(LONGEST_WAIT_MS));
    } catch (error) {
      if (!(error instanceof ConnectorError)) throw error;
    }
  }

  private async compare(
    { run, delta }: FoundPreview,
    source: OpenedConnection,
    other: OpenedConnection | null,
    signal: AbortSignal,
  ): Promise<void> {
    const query: ReadQuery = {
      mode: run.mode === 'incremental' ? 'incremental' : 'full',
      since: null,
      filters: run.filters,
    };
    const tokens = {
      source: await source.session.changeToken(run.entity_type, query, signal),
      destination: await destinationToken(this.database, run, other, signal),
    };
    for (const side of ['source', 'destination'] as const)
      if (tokens[side] !== null && delta.tokens[side] !== null && tokens[side] !== delta.tokens[side])
        throw changed(side);
    const hasNoToken = (side: 'source' | 'destination') => tokens[side] === null || delta.tokens[side] === null;
    if (hasNoToken('source')) await this.compareItems(run, 'source', source.session, signal);
    if (other && hasNoToken('destination')) await this.compareItems(run, 'destination', other.session, signal);
  }

  private async compareItems(
    run: Run,
    side: 'source' | 'destination',
    session: ConnectorSession,
    signal: AbortSignal,
  ): Promise<void> {
    const changes = await this.database.read<PreviewChange>(changesToCheck(run, CHECKED_CHANGES));
    const expected = new Map(
      changes.flatMap((change) => {
        const id = side === 'source' ? change.external_id : change.destination_id;
        return id === null ? [] : [[id, side === 'source' ? change.source_hash : change.destination_hash] as const];
      }),
    );
    const ids = [...expected.keys()];
    for (let from = 0; from < ids.length; from += 100) {
      const page = ids.slice(from, from + 100);
      const read = (part: readonly string[]) => session.readByIds(run.entity_type, part, signal);
      const items = await inSmallerParts(page, read, oversized);
      const hashes = new Map(items.map(({ external_id, data }) => [external_id, data && contentHash(data)]));
      if (page.some((id) => (hashes.get(id) ?? null) !== expected.get(id))) throw changed(side);
    }
  }
}

const changed = (side: string): Problem =>
  new Problem('stale-preview', `The ${side} has changed since the preview was computed; compute it again.`, {
    errors: [{ pointer: '#/preview', detail: `is stale: the ${side} has changed` }],
  });

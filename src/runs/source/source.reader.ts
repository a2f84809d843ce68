import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type {
  ConnectorSession,
  Cursor,
  ExternalItem,
  Page,
  ReadQuery,
} from '../../connectors/contract/connector.types.ts';
import { adaptPageSize, FIRST_PAGE_SIZE } from '../worker/page.size.ts';
import type { Patience } from '../worker/retry.policy.ts';

/** Reads from the source with patience, in pages that shrink when it has trouble. */
export class SourceReader {
  private readonly session: ConnectorSession;
  private readonly patience: Patience;
  private readonly entity: EntityType;
  private readonly query: ReadQuery;
  private readonly signal: AbortSignal;
  private pageSize = FIRST_PAGE_SIZE;

  constructor(
    session: ConnectorSession,
    patience: Patience,
    { entity, query, signal }: { entity: EntityType; query: ReadQuery; signal: AbortSignal },
  ) {
    this.session = session;
    this.patience = patience;
    this.entity = entity;
    this.query = query;
    this.signal = signal;
  }

  count(): Promise<number | null> {
    return this.patience.call(() => this.session.count(this.entity, this.query, this.signal));
  }

  changeToken(): Promise<string | null> {
    return this.patience.call(() => this.session.changeToken(this.entity, this.query, this.signal));
  }

  async page(cursor: Cursor | null): Promise<Page> {
    const page = await this.patience.call(
      () => this.session.read(this.entity, this.query, { cursor, pageSize: this.pageSize }, this.signal),
      () => this.adapt(false),
    );
    this.adapt(true);
    return page;
  }

  /** One item an id: what the source does not have any more comes as deleted. */
  async byIds(ids: readonly string[]): Promise<ExternalItem[]> {
    if (ids.length === 0) return [];
    const found = await this.patience.call(() => this.session.readByIds(this.entity, ids, this.signal));
    const byId = new Map(found.map((item) => [item.external_id, item]));
    return ids.map((id) => byId.get(id) ?? { external_id: id, data: null, deleted: true });
  }

  private adapt(wentWell: boolean): void {
    this.pageSize = adaptPageSize(this.pageSize, wentWell);
  }
}

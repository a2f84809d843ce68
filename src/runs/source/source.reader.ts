import { inSmallerParts, isTooLarge, isTooMuch, oversized } from '../../connectors/border/smaller.parts.ts';
import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import { ConnectorError } from '../../connectors/contract/connector.error.ts';
import type {
  ConnectorSession,
  Cursor,
  ExternalItem,
  IdPage,
  Page,
  ReadPosition,
  ReadQuery,
} from '../../connectors/contract/connector.types.ts';
import type { PageSize } from '../run.types.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';
import { PageSizes } from './page.size.ts';

interface SourceOptions {
  readonly entity: EntityType;
  readonly query: ReadQuery;
  readonly signal: AbortSignal;
  readonly sizes?: PageSizes;
}

/** Reads from the source under a retry policy, in pages that become smaller when reads fail. */
export class SourceReader {
  private readonly session: ConnectorSession;
  private readonly retryPolicy: RetryPolicy;
  private readonly entity: EntityType;
  private readonly query: ReadQuery;
  private readonly signal: AbortSignal;
  private readonly sizes: PageSizes;

  constructor(session: ConnectorSession, retryPolicy: RetryPolicy, options: SourceOptions) {
    this.session = session;
    this.retryPolicy = retryPolicy;
    this.entity = options.entity;
    this.query = options.query;
    this.signal = options.signal;
    this.sizes = options.sizes ?? new PageSizes();
  }

  /** Null also when the response is too large: the pages themselves are asked for in smaller parts. */
  count(): Promise<number | null> {
    return this.retryPolicy
      .call(() => this.session.count(this.entity, this.query, this.signal))
      .catch((error) => {
        if (isTooLarge(error)) return null;
        throw error;
      });
  }

  changeToken(): Promise<string | null> {
    return this.retryPolicy.call(() => this.session.changeToken(this.entity, this.query, this.signal));
  }

  /** Of the next page. */
  get pageSize(): PageSize {
    return this.sizes.now;
  }

  /**
   * A page that is too much for the system, or for a limit of ours, is asked for smaller at once, down to one item. One that is too large
   * alone is skipped by the connector with a problem; anything else is tried again later.
   */
  page(cursor: Cursor | null): Promise<Page> {
    return this.shrinking(cursor, (position) => this.session.read(this.entity, this.query, position, this.signal));
  }

  /** As `page`, of ids. */
  idPage(cursor: Cursor | null): Promise<IdPage> {
    return this.shrinking(cursor, (position) => this.session.readIds(this.entity, position, this.signal));
  }

  private async shrinking<T>(cursor: Cursor | null, read: (position: ReadPosition) => Promise<T>): Promise<T> {
    for (;;) {
      const { size } = this.sizes.now;
      const bore = this.sizes.bore(size);
      const isOfSize = (error: ConnectorError) => isTooLarge(error) || (isTooMuch(error) && !bore);
      const canShrink = (error: ConnectorError) => size > 1 && isOfSize(error);
      try {
        const page = await this.retryPolicy.call(
          () => read({ cursor, pageSize: size }),
          (error) => this.sizes.failed(isOfSize(error)),
          canShrink,
        );
        this.sizes.succeeded();
        return page;
      } catch (error) {
        if (!(error instanceof ConnectorError) || !canShrink(error)) throw error;
        this.retryPolicy.pageShrank(this.sizes.now);
      }
    }
  }

  /** Returns one item per id. An item that no longer exists in the source is returned as deleted. */
  async byIds(ids: readonly string[]): Promise<ExternalItem[]> {
    if (ids.length === 0) return [];
    const read = (part: readonly string[]) =>
      this.retryPolicy.call(() => this.session.readByIds(this.entity, part, this.signal));
    const found = await inSmallerParts(ids, read, oversized);
    const byId = new Map(found.map((item) => [item.external_id, item]));
    return ids.map((id) => byId.get(id) ?? { external_id: id, data: null, deleted: true });
  }
}

import { inSmallerParts, isTooLarge, oversized } from '../../connectors/border/smaller.parts.ts';
import type { EntityType } from '../../connectors/canonical/canonical.types.ts';
import type {
  ConnectorSession,
  Cursor,
  ExternalItem,
  Page,
  ReadQuery,
} from '../../connectors/contract/connector.types.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

export const LARGEST_PAGE = 100;
const SMALLEST_PAGE = 5;

/** Smaller after each turn or attempt that ended without a page, down to one item. Pure. */
export function firstPageSize(failures: number): number {
  return Math.max(1, Math.floor(LARGEST_PAGE / 2 ** failures));
}

/** The size of the next page: half after a failure, slightly larger after each success. Pure. */
export function adaptPageSize(size: number, succeeded: boolean): number {
  return succeeded ? Math.min(size + 5, LARGEST_PAGE) : Math.min(size, Math.max(Math.floor(size / 2), SMALLEST_PAGE));
}

interface SourceOptions {
  readonly entity: EntityType;
  readonly query: ReadQuery;
  readonly signal: AbortSignal;
  readonly pageSize?: number;
}

/** Reads from the source under a retry policy, in pages that become smaller when reads fail. */
export class SourceReader {
  private readonly session: ConnectorSession;
  private readonly retryPolicy: RetryPolicy;
  private readonly entity: EntityType;
  private readonly query: ReadQuery;
  private readonly signal: AbortSignal;
  private pageSize: number;

  constructor(session: ConnectorSession, retryPolicy: RetryPolicy, options: SourceOptions) {
    this.session = session;
    this.retryPolicy = retryPolicy;
    this.entity = options.entity;
    this.query = options.query;
    this.signal = options.signal;
    this.pageSize = options.pageSize ?? LARGEST_PAGE;
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

  /** A page that is too large is asked for smaller at once, down to one item, which the connector then skips with a problem. */
  async page(cursor: Cursor | null): Promise<Page> {
    for (;;) {
      try {
        return await this.pageOfSize(cursor);
      } catch (error) {
        if (!isTooLarge(error) || this.pageSize === 1) throw error;
        this.pageSize = Math.floor(this.pageSize / 2);
      }
    }
  }

  private async pageOfSize(cursor: Cursor | null): Promise<Page> {
    const page = await this.retryPolicy.call(
      () => this.session.read(this.entity, this.query, { cursor, pageSize: this.pageSize }, this.signal),
      (error) => {
        if (!isTooLarge(error)) this.adapt(false);
      },
    );
    this.adapt(true);
    return page;
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

  private adapt(succeeded: boolean): void {
    this.pageSize = adaptPageSize(this.pageSize, succeeded);
  }
}

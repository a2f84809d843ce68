import type { EntityType } from '../canonical/canonical.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type {
  Candidate,
  CheckResult,
  ConnectorSession,
  ExternalItem,
  ForeseenRefusal,
  IdPage,
  Match,
  Page,
  ReadPosition,
  ReadQuery,
  SystemIdentity,
  WriteOperation,
  WriteResult,
} from '../contract/connector.types.ts';
import type { WebhookReceiver, WebhookRegistrar } from '../contract/webhook.types.ts';
import { storableItem, storableResult } from './storable.item.ts';
import { MAX_STATE_BYTES } from './storable.limits.ts';
import { isStorableText, problemOfId } from './storable.value.ts';

/** The type of the columns that hold counts. */
const MAX_COUNT = 2 ** 31 - 1;

/**
 * The border between the systems and the service. Every session is opened behind it, so each item that passes can be hashed, compared and
 * stored, and what cannot be is a problem of that item alone, whichever connector read it and for whatever purpose.
 */
export class GuardedSession implements ConnectorSession {
  readonly #inner: ConnectorSession;

  constructor(inner: ConnectorSession) {
    this.#inner = inner;
  }

  /** What it finds is compared with its own topics and the service's address, and not stored as it is. */
  get webhooks(): WebhookRegistrar | undefined {
    return this.#inner.webhooks;
  }

  check(signal: AbortSignal): Promise<CheckResult> {
    return this.#inner.check(signal);
  }

  async identify(signal: AbortSignal): Promise<SystemIdentity> {
    const found = await this.#inner.identify(signal);
    assertStorable(found, 'system identity');
    return found;
  }

  async count(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<number | null> {
    return storableCount(await this.#inner.count(entity, query, signal));
  }

  async read(entity: EntityType, query: ReadQuery, position: ReadPosition, signal: AbortSignal): Promise<Page> {
    const page = await this.#inner.read(entity, query, position, signal);
    assertStorable(page.next, 'position');
    assertStorable(page.watermark, 'watermark');
    return { ...page, items: page.items.map(storableItem), total: storableCount(page.total) };
  }

  /** No record has an id that cannot be stored, so nothing is asked about it. */
  async readIds(entity: EntityType, position: ReadPosition, signal: AbortSignal): Promise<IdPage> {
    const page = await this.#inner.readIds(entity, position, signal);
    assertStorable(page.next, 'position');
    const ids = page.ids.filter((id) => problemOfId(id) === null);
    return { ...page, ids, problems: page.problems?.map(storableItem), total: storableCount(page.total) };
  }

  async readByIds(entity: EntityType, ids: readonly string[], signal: AbortSignal): Promise<ExternalItem[]> {
    return (await this.#inner.readByIds(entity, ids, signal)).map(storableItem);
  }

  async findMatches(entity: EntityType, candidates: readonly Candidate[], signal: AbortSignal): Promise<Match[][]> {
    const matches = await this.#inner.findMatches(entity, candidates, signal);
    return matches.map((found) =>
      found.map(({ marked, held, namesake, lookalike, ...item }) => ({
        ...storableItem(item),
        ...(marked && { marked }),
        ...(held && { held }),
        ...(namesake && { namesake }),
        ...(lookalike && { lookalike }),
      })),
    );
  }

  async write(entity: EntityType, operations: readonly WriteOperation[], signal: AbortSignal): Promise<WriteResult[]> {
    return (await this.#inner.write(entity, operations, signal)).map(storableResult);
  }

  findRefusals(
    entity: EntityType,
    operations: readonly WriteOperation[],
    signal: AbortSignal,
  ): Promise<(ForeseenRefusal | null)[]> {
    return this.#inner.findRefusals(entity, operations, signal);
  }

  async changeToken(entity: EntityType, query: ReadQuery, signal: AbortSignal): Promise<string | null> {
    const token = await this.#inner.changeToken(entity, query, signal);
    assertStorable(token, 'change token');
    return token;
  }
}

/** A count that is not one, or that no column holds, is not known. */
function storableCount(count: number | null): number | null {
  return count !== null && Number.isInteger(count) && count >= 0 && count <= MAX_COUNT ? count : null;
}

/** Connectors make these of times and ids that a system returns. They are stored with the run, so a bad one cannot be one item's. */
function assertStorable(value: unknown, what: string): void {
  if (value === null || value === undefined) return;
  const text = JSON.stringify(value);
  // JSON escapes what a text must not have.
  const fits = text.length <= MAX_STATE_BYTES && !/\\u(0000|d[89a-f])/i.test(text) && isStorableText(text);
  if (!fits)
    throw new ConnectorError('protocol', `What the system returned makes a ${what} that cannot be stored.`, {
      permanent: true,
    });
}

/** As GuardedSession for webhooks: one that names an item by an id that cannot be stored is ignored. A sync still finds the item. */
export function guardedWebhooks(inner: WebhookReceiver): WebhookReceiver {
  return {
    receive(request, secret) {
      const event = inner.receive(request, secret);
      if (event.kind === 'ignored') return event;
      const problem = problemOfId(event.external_id) ?? problemOfId(event.delivery_key);
      return problem ? { kind: 'ignored', reason: problem.message, refused_as: 'no_id' } : event;
    },
  };
}

import { inSmallerParts, oversized } from '../../connectors/border/smaller.parts.ts';
import type { CanonicalOrder, CanonicalProduct, EntityType } from '../../connectors/canonical/canonical.types.ts';
import type { ConnectorSession, ExternalItem, ItemProblem } from '../../connectors/contract/connector.types.ts';
import type { PlannedItem } from '../../planning/planning.types.ts';
import { guestId } from '../../planning/references.ts';
import type { RetryPolicy } from '../worker/retry.policy.ts';

type Problems = ReadonlyMap<PlannedItem, ItemProblem>;
type Referred = 'customer' | 'product';

/** How destinations refuse an order that refers to what they do not have. */
const REFERRED: Readonly<Record<string, Referred>> = { customer_missing: 'customer', unknown_product: 'product' };

/** Says of orders that were refused for want of their customer or a product what helps: a sync of those does not, where the source leaves them out. */
export class MissingReferences {
  private readonly source: ConnectorSession;
  private readonly retryPolicy: RetryPolicy;
  private readonly signal: AbortSignal;

  constructor(source: ConnectorSession, retryPolicy: RetryPolicy, signal: AbortSignal) {
    this.source = source;
    this.retryPolicy = retryPolicy;
    this.signal = signal;
  }

  /** The problems, each with what helps. */
  async explain(problems: Problems): Promise<Map<PlannedItem, ItemProblem>> {
    const known = { customer: await this.read('customer', problems), product: await this.read('product', problems) };
    return new Map(
      [...problems].map(([one, problem]) => {
        const referred = REFERRED[problem.error_class];
        if (!referred) return [one, problem];
        const advice = adviceFor(referred, referencesOf(referred, one), known[referred]);
        return [one, { ...problem, message: `${problem.message} ${advice}` }];
      }),
    );
  }

  private async read(referred: Referred, problems: Problems): Promise<ReadonlyMap<string, ExternalItem>> {
    const wanted = [...problems].flatMap(([one, { error_class }]) =>
      REFERRED[error_class] === referred ? referencesOf(referred, one) : [],
    );
    const ids = [...new Set(wanted)];
    if (ids.length === 0) return new Map();
    const found = await inSmallerParts(ids, (part) => this.ask(referred, part), oversized);
    return new Map(found.map((item) => [item.external_id, item]));
  }

  private ask(entity: EntityType, ids: readonly string[]): Promise<ExternalItem[]> {
    return this.retryPolicy.call(() => this.source.readByIds(entity, ids, this.signal));
  }
}

/** Ids of the source: of the order's customer, or of those products of its lines that the destination is not known to have. */
function referencesOf(referred: Referred, { work, target }: PlannedItem): string[] {
  const { customer, lines = [] } = (work.item.data ?? {}) as CanonicalOrder;
  if (referred === 'customer')
    return [customer?.external_id ?? (customer?.email ? guestId(customer.email) : [])].flat();
  const translated = ((target ?? {}) as CanonicalOrder).lines ?? [];
  return lines.flatMap(({ product_external_id: id }, index) =>
    id && !translated[index]?.product_external_id ? id : [],
  );
}

/** Of an order with many lines. */
const MAX_REASONS = 3;

function adviceFor(referred: Referred, ids: readonly string[], known: ReadonlyMap<string, ExternalItem>): string {
  const reasons = ids.flatMap((id) => reasonOf(referred, id, known.get(id)) ?? []);
  return reasons.length > 0
    ? reasons.slice(0, MAX_REASONS).join(' ')
    : `Sync ${referred}s first. If their sync tells something of it, that has to be mended before.`;
}

/** Why a sync of all does not bring it. */
function reasonOf(referred: Referred, id: string, item: ExternalItem | undefined): string | null {
  const name = `The source’s ${referred} ${id}`;
  if (!item || item.deleted) return `${name} is deleted there.`;
  if (item.problem) return `${name} cannot be read: ${item.problem.message}`;
  if (item.leftOut) return `${name} is left out by syncs of ${referred}s: ${item.leftOut}`;
  const { type } = item.data as CanonicalProduct;
  return type ? `${name} is of the type ${type}, which is never written to another system.` : null;
}

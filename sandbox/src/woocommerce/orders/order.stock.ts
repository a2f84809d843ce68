import type { CatalogueWriter } from '../products/catalogue.writer.ts';
import { lineMeta } from './line.input.ts';
import type { LineItem, OrderRecord } from './order.types.ts';

/** Statuses in which what was ordered is out of the stock, and in which it is back. A delete moves nothing (recording 480). */
const TAKEN = new Set(['processing', 'completed', 'on-hold']);
const GIVEN_BACK = new Set(['cancelled', 'pending']);
const REDUCED = '_reduced_stock';

/** The order as it is after its products were taken out of the stock, or put back, as its status asks (recordings 480, 495). */
export function withStock(order: OrderRecord, writer: CatalogueWriter, nextMetaId: () => number): OrderRecord {
  const { status } = order;
  if (!TAKEN.has(status) && !GIVEN_BACK.has(status)) return order;
  const line_items = order.line_items.map((line) => {
    const wanted = TAKEN.has(status) ? line.quantity : 0;
    const taken = Number(line.meta_data.find(({ key }) => key === REDUCED)?.value ?? 0);
    if (wanted === taken || !writer.moveStock(line.variation_id || line.product_id, taken - wanted)) return line;
    return withReduced(line, wanted, nextMetaId);
  });
  return { ...order, line_items };
}

function withReduced(line: LineItem, quantity: number, nextMetaId: () => number): LineItem {
  const others = line.meta_data.filter(({ key }) => key !== REDUCED);
  const reduced = quantity === 0 ? [] : [lineMeta(nextMetaId(), REDUCED, String(quantity))];
  return { ...line, meta_data: [...others, ...reduced] };
}

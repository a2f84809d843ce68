import { recordOf } from '../mapping/raw.reader.ts';
import type { ShopClient } from '../shop/shop.client.ts';
import { unlessRefused } from '../shop/shop.refusal.ts';

const PATH = '/settings/general/woocommerce_price_num_decimals';

/** How many decimals a shop shows to people. Asked once a session, and only for an order whose total depends on it. */
export class ShownDecimals {
  readonly #client: ShopClient;
  #known: number | null | undefined;

  constructor(client: ShopClient) {
    this.#client = client;
  }

  /** Null when the key may not read it, and for what is no number of decimals: a shop takes -1 (recording 389). */
  async ask(signal: AbortSignal): Promise<number | null> {
    if (this.#known !== undefined) return this.#known;
    const setting = await unlessRefused(() => this.#client.get(PATH, { _fields: 'value' }, signal));
    const { value } = recordOf(setting);
    this.#known = /^\d$/.test(String(value)) ? Number(value) : null;
    return this.#known;
  }
}

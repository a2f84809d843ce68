export const ENTITY_TYPES = ['customer', 'product', 'order'] as const;
export type EntityType = (typeof ENTITY_TYPES)[number];

/**
 * The canonical shapes, which every connector maps to and from. A member is left out when the system does not have it, and null when
 * it is empty. The difference matters: a member that is left out is never compared and never overwritten.
 */
export type CanonicalData = CanonicalCustomer | CanonicalProduct | CanonicalOrder;

/** An exact decimal as text, `-12.5`, normalized by decimal.ts. Never a float. */
export type Decimal = string;

/** RFC 3339 in UTC with a Z, whole seconds. */
export type Timestamp = string;

export interface CanonicalAddress {
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly company?: string | null;
  readonly line1?: string | null;
  readonly line2?: string | null;
  readonly city?: string | null;
  readonly postcode?: string | null;
  /** The system's code of the state, without the country: `CA`. */
  readonly state?: string | null;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string | null;
  readonly phone?: string | null;
  readonly email?: string | null;
}

export interface CanonicalCustomer {
  readonly email?: string | null;
  /** The full name, for systems with one field. The connectors of other systems join and split it. */
  readonly name?: string | null;
  readonly first_name?: string | null;
  readonly last_name?: string | null;
  readonly company?: string | null;
  readonly phone?: string | null;
  /** VAT or other tax number. */
  readonly vat?: string | null;
  /** The customer number that the company assigns. */
  readonly reference?: string | null;
  readonly billing?: CanonicalAddress;
  readonly shipping?: CanonicalAddress;
  /** False: archived. */
  readonly active?: boolean;
  /** True: ordered without an account, so only the email identifies them. */
  readonly guest?: boolean;
}

export interface CanonicalProduct {
  /**
   * Present for what is neither a product of its own nor one with variations, by the system's own name: `external`, `grouped`, `bundle`,
   * `combo`. Other systems hold no such product, so it is never written to them.
   */
  readonly type?: string | null;
  readonly sku?: string | null;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly short_description?: string | null;
  readonly barcode?: string | null;
  /** Offered for sale. */
  readonly active?: boolean;
  readonly published?: boolean;
  readonly price?: Decimal | null;
  readonly sale_price?: Decimal | null;
  /** When the sale price holds; null for no bound. */
  readonly sale_from?: Timestamp | null;
  readonly sale_to?: Timestamp | null;
  readonly cost?: Decimal | null;
  readonly weight?: Decimal | null;
  /** Null: stock is not counted. */
  readonly stock?: Decimal | null;
  readonly categories?: readonly string[];
  readonly images?: readonly { readonly url: string; readonly alt?: string | null }[];
  /** The attributes that variations differ by; sorted by name. */
  readonly attributes?: readonly { readonly name: string; readonly options: readonly string[] }[];
  /** Empty for a product without variations. Sorted by SKU, then by options. */
  readonly variations?: readonly CanonicalVariation[];
}

/** Matched between systems by SKU, or by the options where there is none. */
export interface CanonicalVariation {
  readonly sku?: string | null;
  readonly barcode?: string | null;
  readonly active?: boolean;
  readonly price?: Decimal | null;
  readonly sale_price?: Decimal | null;
  readonly sale_from?: Timestamp | null;
  readonly sale_to?: Timestamp | null;
  readonly weight?: Decimal | null;
  readonly stock?: Decimal | null;
  /** Attribute name to option, as in `attributes`. */
  readonly options: Readonly<Record<string, string>>;
}

export interface CanonicalOrder {
  /** The number that people use, such as `1042`. */
  readonly number?: string | null;
  readonly status?: OrderStatus;
  /** ISO 4217. */
  readonly currency?: string | null;
  readonly created_at?: Timestamp | null;
  readonly customer?: CustomerReference;
  readonly billing?: CanonicalAddress;
  readonly shipping?: CanonicalAddress;
  readonly lines?: readonly CanonicalOrderLine[];
  readonly prices_include_tax?: boolean;
  readonly discount_total?: Decimal;
  readonly shipping_total?: Decimal;
  readonly tax_total?: Decimal;
  readonly total?: Decimal;
  readonly refunds?: readonly CanonicalRefund[];
  readonly payment_method?: string | null;
  readonly note?: string | null;
}

export const ORDER_STATUSES = [
  'draft',
  'pending',
  'processing',
  'on_hold',
  'completed',
  'cancelled',
  'refunded',
  'failed',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** Ids belong to the system that the data belongs to. The runner translates them through the bindings; null where there is none. */
export interface CustomerReference {
  readonly external_id: string | null;
  readonly email?: string | null;
  readonly name?: string | null;
}

export interface CanonicalOrderLine {
  readonly kind: 'product' | 'shipping' | 'fee';
  readonly name: string;
  /** For kind `product`; null when the product no longer exists. */
  readonly product_external_id?: string | null;
  readonly sku?: string | null;
  readonly quantity: Decimal;
  /** Before discounts, without tax. */
  readonly unit_price?: Decimal;
  /** For the whole line, after discounts, without tax. */
  readonly total: Decimal;
  readonly tax_total?: Decimal;
  readonly taxes?: readonly { readonly name: string; readonly total: Decimal }[];
}

export interface CanonicalRefund {
  readonly amount: Decimal;
  readonly reason?: string | null;
  readonly created_at?: Timestamp | null;
}

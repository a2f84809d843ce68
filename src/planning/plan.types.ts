import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { EntityDescription, ExternalItem } from '../connectors/contract/connector.types.ts';
import type { FieldChange, FieldPath } from './field.diff.ts';
import type { MayPass } from './field.directions.ts';
import type { Asked } from './match.choice.ts';

/** The link between an item of the source and an entry of the destination, for one direction of sync. */
export interface Binding {
  readonly source_id: string;
  readonly destination_id: string;
  readonly source_hash: string;
  readonly destination_hash: string;
  readonly source_data: CanonicalData;
  /** Without changes of the destination that have not been synced back to the source yet; see Pending. */
  readonly destination_data: CanonicalData;
  /** A sync archived the entry, because the item is gone from the source. It comes back with the item. */
  readonly put_away: boolean;
  /** See ExternalItem.born. */
  readonly source_born?: string | null;
  readonly destination_born?: string | null;
}

/** Which two belong together is known, and by the hashes whether they are as they were at the last sync, if there was one. */
export type Link = Omit<Binding, 'source_hash' | 'destination_hash' | 'source_data' | 'destination_data'> & {
  readonly source_hash: string | null;
  readonly destination_hash: string | null;
};

/**
 * Changes of the destination that a sync in the other direction will copy to the source. Until then the binding keeps the values from
 * before these changes. Otherwise that sync would treat the change as an echo of our own write.
 */
export interface Pending {
  readonly fields: ReadonlySet<FieldPath>;
  /** Holds the agreed values of these fields. */
  readonly agreed: CanonicalData;
}

/** Its data is null when what the two held at the last sync is not known any more. */
type Predecessor = Pick<Binding, 'source_id'> & { readonly destination_data: CanonicalData | null };

/**
 * What is done where the two sides differ: `skip` and `overwrite` write what the source changed since the last sync, and decide about what
 * both changed; `mirror` writes all that differs, whoever changed it, so that its plan compares the two as they are now.
 */
export type ConflictPolicy = 'skip' | 'overwrite' | 'mirror';

/** Everything that the plan of one item depends on. */
export interface PlanInput {
  /** The item as it was just read. `data` is null for a deleted item. */
  readonly source: ExternalItem;
  /** `source.data` with its references as ids of the destination. */
  readonly target: CanonicalData | null;
  readonly binding: Binding | null;
  /** The entry of the destination that is known to belong to the source item, although what both held at the last sync is not. */
  readonly linkedTo?: string | null;
  /** The hashes of both at the last sync, which are kept longer than the data; null when there was none. */
  readonly linkedHashes?: Pick<Link, 'source_hash' | 'destination_hash'> | null;
  /** The bound or linked entry of the destination, or the one that was matched when there is none. */
  readonly destination: readonly ExternalItem[];
  /** Set when a person has to decide which entry it is. */
  readonly asked?: Asked | undefined;
  /** Ids of the destination that are bound to other source items. */
  readonly boundElsewhere: ReadonlySet<string>;
  /** The binding of an item that is gone from the source and had the same natural key: this item takes its place. */
  readonly predecessor?: Predecessor | null;
  /** Another item takes the place of this one, which is gone from the source. */
  readonly isReplaced?: boolean;
  /** Entries that a sync archived, from whatever system, with the data that was agreed on before; null when that is not known any more. */
  readonly putAway?: ReadonlyMap<string, CanonicalData | null>;
  /** Entries that are bound to an item of another system, too, whether or not a connection leads to it now. */
  readonly inUseElsewhere?: ReadonlySet<string>;
  readonly mayPass: MayPass;
  readonly onConflict: ConflictPolicy;
  /** What the destination does with an entry that is deleted. */
  readonly destinationDeletes: EntityDescription['deletes'];
}

/** An update that goes before a delete. */
export interface Reset {
  readonly data: CanonicalData;
  readonly fields: readonly FieldChange[];
}

export type ItemPlan =
  | { readonly kind: 'create'; readonly data: CanonicalData }
  | {
      readonly kind: 'update';
      readonly destination: ExternalItem;
      readonly data: CanonicalData;
      readonly fields: readonly FieldChange[];
      readonly pending: Pending;
      /** The entry is archived, and the update brings it back: its data as it is then. */
      readonly awake?: CanonicalData;
      /** The binding of an item that is gone from the source, which this item takes over. */
      readonly replaces?: Predecessor;
    }
  | {
      readonly kind: 'delete';
      readonly destination: ExternalItem;
      /** The entry stays in an archive, so it stays bound. */
      readonly archives: boolean;
      /** What is written to it before: an undo archives an entry as it was when it was brought back. */
      readonly resets?: Reset;
    }
  /** The item is gone from the source, and the entry is still needed: it is left as it is, without a binding. */
  | { readonly kind: 'unbind'; readonly destination: ExternalItem; readonly message: string }
  /** `destination` is null when there is nothing to bind, for example for a deleted item that was never synced. */
  | {
      readonly kind: 'unchanged';
      readonly destination: ExternalItem | null;
      readonly pending?: Pending;
      readonly replaces?: Predecessor;
      /** The item is gone from the source, and its binding stays: the entry is archived, or another item takes it over. */
      readonly staysBound?: boolean;
    }
  /** The destination would refuse the write, or refused the same one before: then it is `remembered`. */
  | { readonly kind: 'refused'; readonly error_class: string; readonly message: string; readonly remembered?: boolean }
  | {
      readonly kind: 'conflict';
      readonly destination: ExternalItem | null;
      readonly error_class: string;
      readonly message: string;
      readonly fields: readonly FieldChange[];
      /** The item of the source that takes what this one would take. */
      readonly rival?: string;
    };

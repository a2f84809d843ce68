import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import type { EntityDescription } from '../../connectors/contract/connector.types.ts';
import { contentHash } from '../../planning/field.diff.ts';
import { mayPass, type Side } from '../../planning/field.directions.ts';
import type { Pair } from '../../records/bindings.sql.ts';
import type { PlannerOptions } from './item.planner.ts';

/** Two opened connections whose systems are known. */
export interface Ends {
  readonly pair: Pair;
  /** The first part of the marks of what is created for the source; see markOfSystem. */
  readonly mark: string;
  readonly source: OpenedConnection;
  readonly destination: OpenedConnection;
}

type OfEnds =
  | 'pair'
  | 'ends'
  | 'mark'
  | 'source'
  | 'session'
  | 'mayPass'
  | 'onConflict'
  | 'destinationDeletes'
  | 'destinationHash';

/** What the plans between two connections depend on, whoever asks for them. */
export function optionsOf({ pair, mark, source, destination }: Ends): Pick<PlannerOptions, OfEnds> {
  const { id, base_url, settings, access_revision } = destination.connection;
  return {
    pair,
    mark,
    ends: { source: source.connection.id, destination: id },
    source: source.session,
    session: destination.session,
    mayPass: mayPass(sideOf(source, pair.entity), sideOf(destination, pair.entity)),
    onConflict: settings.on_conflict === 'overwrite' ? 'overwrite' : 'skip',
    destinationDeletes: entityOf(destination, pair.entity).deletes,
    destinationHash: contentHash([base_url, settings, access_revision]),
  };
}

export function sideOf(opened: OpenedConnection, entity: Pair['entity']): Side {
  const directions = opened.connection.settings.field_directions as Record<string, Side['directions']> | undefined;
  return { entity: entityOf(opened, entity), directions: directions?.[entity] ?? {} };
}

function entityOf({ connector }: OpenedConnection, entity: Pair['entity']): EntityDescription {
  const described = connector.description.entities.find(({ entity_type }) => entity_type === entity);
  if (!described) throw new Error(`${connector.description.system} has no ${entity}`);
  return described;
}

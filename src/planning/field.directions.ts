import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import type { EntityDescription, FieldDirection } from '../connectors/contract/connector.types.ts';
import { type FieldPath, flatten, topOf } from './field.diff.ts';

/** Whether a field may be copied from the source to the destination. */
export type MayPass = (field: FieldPath) => boolean;

/** The source or the destination of a sync: the description of its entity and the field directions of its connection. */
export interface Side {
  readonly entity: EntityDescription;
  /** `settings.field_directions` of this entity type: the direction by path or top-level field. */
  readonly directions: Readonly<Record<string, FieldDirection>>;
}

/** The exact path takes precedence, then the top-level field, then the connector's default. The fallback is both directions. */
function directionOf({ entity, directions }: Side, field: FieldPath): FieldDirection {
  const top = topOf(field);
  return directions[field] ?? directions[top] ?? entity.default_directions?.[top] ?? 'both';
}

export function mayPass(source: Side, destination: Side): MayPass {
  const leaves = (direction: FieldDirection) => direction === 'both' || direction === 'read';
  const enters = (direction: FieldDirection) => direction === 'both' || direction === 'write';
  return (field) =>
    destination.entity.fields.includes(topOf(field)) &&
    leaves(directionOf(source, field)) &&
    enters(directionOf(destination, field));
}

/** The fields of either side, and the paths that its settings name, that are not copied, in order: one side does not have them, or they may not pass. */
export function fieldsNotCarried(source: Side, destination: Side): FieldPath[] {
  const may = mayPass(source, destination);
  const named = [source, destination].flatMap(({ entity, directions }) => [
    ...entity.fields,
    ...Object.keys(directions),
  ]);
  return [...new Set(named)].filter((field) => !source.entity.fields.includes(topOf(field)) || !may(field)).sort();
}

/** The fields of an entity that may be copied, for a create. */
export function passing(data: CanonicalData, may: MayPass): CanonicalData {
  const result: Record<string, unknown> = {};
  for (const [path, value] of flatten(data)) {
    if (!may(path)) continue;
    const [top, ...rest] = path.split('.') as [string, ...string[]];
    if (rest.length === 0) result[top] = value;
    else result[top] = { ...(result[top] as object | undefined), [rest.join('.')]: value };
  }
  return result as CanonicalData;
}

import type { ProblemField } from '../../common/problem.ts';
import {
  type ConnectorDescription,
  FIELD_DIRECTIONS,
  type FieldDirection,
  type SettingsSchema,
} from '../contract/connector.types.ts';
import { escaped, type Members } from './settings.schema.ts';

/** What a connection of any system can be told; the service acts on these, its connector does not see to them. */
export interface CommonSettings {
  readonly allow_http: boolean;
  /** 0 to 100. */
  readonly delete_guard_percent: number;
  readonly delete_guard_count?: number;
  readonly on_conflict: 'skip' | 'overwrite';
  /** By entity type, then by path (`billing.city`) or top member. */
  readonly field_directions: Readonly<Record<string, Readonly<Record<string, FieldDirection>>>>;
  /** `records`, or the id of the connection to which a webhook's change goes. */
  readonly webhook_destination: string;
  readonly max_concurrency: number;
}

const COMMON: SettingsSchema = {
  type: 'object',
  properties: {
    allow_http: {
      type: 'boolean',
      title: 'Allow plain http',
      description: 'Whoever is on the way can then read and change what is sent.',
      default: false,
    },
    delete_guard_percent: {
      type: 'number',
      title: 'Delete at most (percent)',
      description: 'A sync that would delete more than this share of the records it knows is refused.',
      minimum: 0,
      maximum: 100,
      default: 15,
    },
    delete_guard_count: {
      type: 'integer',
      title: 'Delete at most (records)',
      description: 'The same as a number of records; whichever is reached first.',
      minimum: 0,
    },
    on_conflict: {
      type: 'string',
      title: 'When both sides changed',
      description: 'skip leaves the destination as it is and reports the record; overwrite takes the source.',
      enum: ['skip', 'overwrite'],
      default: 'skip',
    },
    field_directions: {
      type: 'object',
      title: 'Directions of fields',
      description: 'Entity type to field to both, read, write or none, as seen from this system.',
      default: {},
    },
    webhook_destination: {
      type: 'string',
      title: 'Where changes told by webhooks go',
      description: 'records, or the id of a connection.',
      maxLength: 36,
      default: 'records',
    },
    max_concurrency: {
      type: 'integer',
      title: 'Requests at once',
      minimum: 1,
      maximum: 16,
      default: 4,
    },
  },
};

/** The schema of a connection's settings: those of its system and the common ones. A name of both is the common one. */
export function settingsSchemaOf({ settings }: ConnectorDescription): SettingsSchema {
  return { ...settings, properties: { ...settings.properties, ...COMMON.properties } };
}

/** Of settings that were checked and have their defaults. */
export const commonSettings = (settings: Members): CommonSettings => settings as unknown as CommonSettings;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What no schema can say: that fields exist, and that a destination is one. */
export function checkCommon({ entities }: ConnectorDescription, members: Members): ProblemField[] {
  const { field_directions: directions, webhook_destination: destination } = members;
  const errors = isObject(directions)
    ? Object.entries(directions).flatMap(([type, fields]) => {
        const entity = entities.find(({ entity_type }) => entity_type === type);
        const pointer = `#/settings/field_directions/${escaped(type)}`;
        if (!entity) return [{ pointer, detail: 'is not an entity type of this system' }];
        return isObject(fields)
          ? checkFields(entity.fields, fields, pointer)
          : [{ pointer, detail: 'must be an object' }];
      })
    : [];
  if (typeof destination === 'string' && destination !== 'records' && !UUID.test(destination))
    errors.push({ pointer: '#/settings/webhook_destination', detail: 'must be records or the id of a connection' });
  return errors;
}

function checkFields(known: readonly string[], fields: Members, pointer: string): ProblemField[] {
  return Object.entries(fields).flatMap(([field, direction]) => {
    const at = `${pointer}/${escaped(field)}`;
    if (!known.includes(field.split('.', 1)[0] as string))
      return [{ pointer: at, detail: 'is not a field of this entity type in this system' }];
    return FIELD_DIRECTIONS.includes(direction as FieldDirection)
      ? []
      : [{ pointer: at, detail: `must be one of ${FIELD_DIRECTIONS.join(', ')}` }];
  });
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

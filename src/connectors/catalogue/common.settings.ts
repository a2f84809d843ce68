import type { ProblemField } from '../../common/problem.ts';
import {
  type ConnectorDescription,
  FIELD_DIRECTIONS,
  type FieldDirection,
  type SettingsSchema,
} from '../contract/connector.types.ts';
import { escaped, type Members } from './settings.schema.ts';

/** The settings that every connection has, whatever its system. The service uses them, not the connector. */
export interface CommonSettings {
  readonly allow_http: boolean;
  /** 0 to 100. */
  readonly delete_guard_percent: number;
  readonly delete_guard_count?: number;
  /** All deletes of so many hours count together; 0: each run by itself. */
  readonly delete_guard_hours: number;
  readonly on_conflict: 'skip' | 'overwrite';
  /** By entity type, then by path (`billing.city`) or member. */
  readonly field_directions: Readonly<Record<string, Readonly<Record<string, FieldDirection>>>>;
  /** Where changes from webhooks are written: `records`, or the id of a connection. */
  readonly webhook_destination: string;
  /** Whether a run a day finds what is gone by reading ids alone. */
  readonly census: 'daily' | 'off';
  readonly max_concurrency: number;
}

const COMMON: SettingsSchema = {
  type: 'object',
  properties: {
    allow_http: {
      type: 'boolean',
      title: 'Allow plain http',
      description: 'Without encryption, others on the network can read and change the data and the credentials.',
      default: false,
    },
    delete_guard_percent: {
      type: 'number',
      title: 'Delete at most (percent)',
      description: 'A sync is refused when it would delete more than this share of the records that were read before.',
      minimum: 0,
      maximum: 100,
      default: 15,
    },
    delete_guard_count: {
      type: 'integer',
      title: 'Delete at most (records)',
      description: 'The same limit as a number of records. The lower limit applies.',
      minimum: 0,
    },
    delete_guard_hours: {
      type: 'integer',
      title: 'Delete guard counts (hours)',
      description:
        'All deletes of so many hours count together, whatever tells them: syncs, webhooks, retries. 0: each run by itself.',
      minimum: 0,
      maximum: 720,
      default: 24,
    },
    on_conflict: {
      type: 'string',
      title: 'When both sides changed',
      description: 'skip keeps the destination and reports the record; overwrite writes the value of the source.',
      enum: ['skip', 'overwrite'],
      default: 'skip',
    },
    field_directions: {
      type: 'object',
      title: 'Field directions',
      description:
        'For each entity type, the direction of a field as seen from this system: both, read, write or none, such as {"customer": {"phone": "read"}}.',
      default: {},
    },
    webhook_destination: {
      type: 'string',
      title: 'Webhook destination',
      description: 'Where changes from webhooks are written: records, or the id of a connection.',
      maxLength: 36,
      default: 'records',
    },
    census: {
      type: 'string',
      title: 'Census of ids',
      description:
        'daily: once a day, the ids of what incremental syncs and webhooks carry over are read, and what is gone is found. off: only full syncs find it.',
      enum: ['daily', 'off'],
      default: 'daily',
    },
    max_concurrency: {
      type: 'integer',
      title: 'Concurrent requests',
      minimum: 1,
      maximum: 16,
      default: 4,
    },
  },
};

/** The schema of a connection's settings: those of its system and the common ones, which win over a setting of the same name. */
export function settingsSchemaOf({ settings }: ConnectorDescription): SettingsSchema {
  return { ...settings, properties: { ...settings.properties, ...COMMON.properties } };
}

/** For settings that are checked and include defaults. */
export const commonSettings = (settings: Members): CommonSettings => settings as unknown as CommonSettings;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Checks what a schema cannot express: that fields exist, and that the destination is valid. */
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

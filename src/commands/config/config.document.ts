import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { ConfigurationError } from '../../config/environment.ts';

const text = z.string().min(1);
const object = z.record(z.string(), z.unknown());

/** A connection, known by its name. Its credentials stand in a file of their own. */
const connection = z.strictObject({
  name: text,
  system: text,
  base_url: text,
  settings: object.optional(),
});

/** A schedule, known by its ends, entity type, kind and mode. Connections are named, since ids differ between organizations. */
const schedule = z.strictObject({
  source: text,
  destination: text.default('records'),
  entity_type: text,
  kind: text.default('sync'),
  mode: text,
  cron: text,
  time_zone: text.optional(),
  enabled: z.boolean().optional(),
});

const optionalNumber = z.number().nullable().optional();

/** An alert rule, known by its name. */
const alertRule = z.strictObject({
  name: text,
  kind: text,
  connection: text.nullable().optional(),
  entity_type: text.nullable().optional(),
  source_system: text.nullable().optional(),
  sync_id: text.nullable().optional(),
  threshold: optionalNumber,
  percent: optionalNumber,
  seconds: optionalNumber,
  still_open_seconds: optionalNumber,
  endpoint_ids: z.array(text).optional(),
  enabled: z.boolean().optional(),
});

const schema = z.strictObject({
  version: z.literal(1),
  connections: z.array(connection).default([]),
  schedules: z.array(schedule).default([]),
  alert_rules: z.array(alertRule).default([]),
});

export type ConfigDocument = z.infer<typeof schema>;
export type ConnectionEntry = z.infer<typeof connection>;
export type ScheduleEntry = z.infer<typeof schedule>;
export type AlertRuleEntry = z.infer<typeof alertRule>;

const credentials = z.record(text, object);

/** The document in a YAML file. Throws a ConfigurationError that names the place of the first fault. */
export const parseDocument = (yaml: string): ConfigDocument => parsed(yaml, schema);

/** The credentials of connections, by their names. */
export const parseCredentials = (yaml: string): z.infer<typeof credentials> => parsed(yaml, credentials);

export const printDocument = (document: ConfigDocument): string => stringify(document);

function parsed<Shape extends z.ZodType>(yaml: string, shape: Shape): z.infer<Shape> {
  let value: unknown;
  try {
    value = parse(yaml);
  } catch (error) {
    throw new ConfigurationError(`The file is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ConfigurationError(`The file is wrong at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`);
}

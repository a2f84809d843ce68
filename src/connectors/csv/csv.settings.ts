import type { EntityType } from '../canonical/canonical.types.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import type { OpenConnection, ReadQuery, SettingsSchema } from '../contract/connector.types.ts';
import type { CsvEntity } from './csv.members.ts';

export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;
const DECIMAL_MARKS = { point: '.', comma: ',' } as const;

export type DecimalMark = (typeof DECIMAL_MARKS)[keyof typeof DECIMAL_MARKS];

export const CREDENTIALS: SettingsSchema = {
  type: 'object',
  properties: {
    username: { type: 'string', title: 'User', description: 'Only if the server requires one.', maxLength: 200 },
    password: { type: 'string', title: 'Password', secret: true, maxLength: 500 },
  },
};

export const SETTINGS: SettingsSchema = {
  type: 'object',
  required: ['entity_type', 'id_column', 'columns'],
  properties: {
    entity_type: { type: 'string', title: 'Entity type of a row', enum: ['customer', 'product'] },
    id_column: {
      type: 'string',
      title: 'ID column',
      description: 'Unique in the file, and stable: the same item has the same ID in every later file.',
      maxLength: 200,
    },
    columns: {
      type: 'object',
      title: 'Columns',
      description:
        'Maps members to columns, such as {"email": "E-mail", "billing.city": "Town"}. Other columns are ignored.',
    },
    delimiter: {
      type: 'string',
      title: 'Delimiter',
      description: 'Left out: what a first line sep= says, otherwise a comma.',
      enum: Object.keys(DELIMITERS),
    },
    decimal_mark: { type: 'string', title: 'Decimal mark', enum: Object.keys(DECIMAL_MARKS), default: 'point' },
  },
};

/** A connection's credentials and settings, typed. */
export interface CsvSettings {
  readonly url: string;
  /** The value of the header; null: no header. */
  readonly authorization: string | null;
  readonly entity: CsvEntity;
  readonly idColumn: string;
  /** Path of a canonical member to the name of a column; layoutOf checks them. */
  readonly columns: Readonly<Record<string, unknown>>;
  /** Null: not set. */
  readonly delimiter: string | null;
  readonly decimalMark: DecimalMark;
}

/** The settings were validated when the connection was created or changed. */
export function readSettings({ base_url, credentials, settings }: OpenConnection): CsvSettings {
  const { username, password = '' } = credentials;
  return {
    url: base_url,
    authorization: username ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : null,
    entity: settings.entity_type as CsvEntity,
    idColumn: String(settings.id_column).trim(),
    columns: settings.columns as CsvSettings['columns'],
    delimiter: settings.delimiter ? DELIMITERS[settings.delimiter as keyof typeof DELIMITERS] : null,
    decimalMark: DECIMAL_MARKS[(settings.decimal_mark ?? 'point') as keyof typeof DECIMAL_MARKS],
  };
}

/** Throws ConnectorError `rejected`: a file has rows of one entity type, and is read whole. */
export function checkRead(rows: CsvEntity, entity: EntityType, filters: ReadQuery['filters'] = {}): void {
  if (entity !== rows) throw new ConnectorError('rejected', `The rows of this file are ${rows}s, not ${entity}s.`);
  const [filter] = Object.keys(filters);
  if (filter !== undefined) throw new ConnectorError('rejected', `A CSV file has no filter "${filter}".`, { filter });
}

import type { Connector, EntityDescription } from '../contract/connector.types.ts';
import { type CsvEntity, MEMBERS } from './csv.members.ts';
import { CsvSession } from './csv.session.ts';
import { CREDENTIALS, checkRead, SETTINGS } from './csv.settings.ts';

const describeEntity = (entity_type: CsvEntity): EntityDescription => ({
  entity_type,
  read: true,
  write: false,
  tells_changes: false,
  fields: [...new Set([...MEMBERS[entity_type].keys()].map((path) => path.split('.', 1)[0] as string))],
  deletes: 'none',
});

/** A file of customers or products at a URL, such as the nightly export of another program. */
export const csv: Connector = {
  description: {
    system: 'csv',
    title: 'CSV file',
    entities: [describeEntity('customer'), describeEntity('product')],
    credentials: CREDENTIALS,
    settings: SETTINGS,
    identity_settings: ['entity_type', 'id_column'],
  },
  checkRead: (entity, filters, { entity_type }) => checkRead(entity_type as CsvEntity, entity, filters),
  open: (context) => new CsvSession(context),
};

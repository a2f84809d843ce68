import type { Model } from '../orm/model.types.ts';
import { field, model } from './field.builders.ts';

/** Messages, followers, mails and notifications: only that there are some, and of which record. */
export function mailModels(): Model[] {
  const tables = [
    ['mail.message', 'Message'],
    ['mail.followers', 'Document Followers'],
    ['mail.mail', 'Outgoing Mails'],
    ['mail.notification', 'Message Notifications'],
  ] as const;
  return tables.map(([name, label]) =>
    model({
      name,
      label,
      order: 'id desc',
      displayName: (_env, id) => `${label} ${id}`,
      fields: {
        model: field('char', 'Related Document Model', { indexed: true }),
        res_model: field('char', 'Related Document Model Name', { indexed: true }),
        res_id: field('integer', 'Related Document ID'),
      },
    }),
  );
}

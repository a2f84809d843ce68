import type { Model } from '../orm/model.types.ts';
import { field, many2one, model } from './field.builders.ts';

/** What a user sees of keys: when they expire, and never the key itself. That of the sandbox is not among them until `admin` adds one. */
export function keyModel(): Model {
  return model({
    name: 'res.users.apikeys',
    label: 'Users API Keys',
    order: 'id',
    fields: {
      name: field('char', 'Description', { required: true }),
      user_id: many2one('res.users', 'User', { required: true, onDelete: 'cascade' }),
      expiration_date: field('datetime', 'Expiration Date'),
    },
  });
}

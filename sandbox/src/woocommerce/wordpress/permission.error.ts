import { RestError } from './rest.error.ts';

const FORBIDDEN = {
  list: ['view', 'Sorry, you cannot list resources.'],
  view: ['view', 'Sorry, you cannot view this resource.'],
  create: ['create', 'Sorry, you are not allowed to create resources.'],
  edit: ['edit', 'Sorry, you are not allowed to edit this resource.'],
  delete: ['delete', 'Sorry, you are not allowed to delete this resource.'],
  batch: ['batch', 'Sorry, you are not allowed to batch manipulate this resource.'],
  deleteAdministrator: [
    'delete',
    'Sorry, users with administrator role cannot be deleted via this endpoint. Allowed roles: customer, subscriber',
  ],
} as const;

export type Action = keyof typeof FORBIDDEN;

/** Recordings 10 and 12 for lists; the others are their kin. Anonymous requests get 401, signed-in ones 403. */
export function forbidden(action: Action, status: 401 | 403 = 401): RestError {
  const [code, message] = FORBIDDEN[action];
  return new RestError(`woocommerce_rest_cannot_${code}`, message, status);
}

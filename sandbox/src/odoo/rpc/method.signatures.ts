import { typeError } from '../orm/odoo.error.ts';

/** How a method is called: on a model as a whole or on records, and with which arguments. */
export interface Signature {
  on: 'model' | 'records';
  parameters: readonly string[];
  /** How many of them are required. */
  required: number;
  /** Accepts any further named arguments and passes them to the method. */
  open?: boolean;
  writes?: boolean;
}

const model = (parameters: readonly string[], required = 0, more: Partial<Signature> = {}): Signature => ({
  on: 'model',
  parameters,
  required,
  ...more,
});
const records = (parameters: readonly string[] = [], required = 0, more: Partial<Signature> = {}): Signature => ({
  ...model(parameters, required, more),
  on: 'records',
});

/** The methods of every model, with the argument names of 19. */
export const COMMON_METHODS: Readonly<Record<string, Signature>> = {
  search: model(['domain', 'offset', 'limit', 'order'], 1),
  search_read: model(['domain', 'fields', 'offset', 'limit', 'order'], 0, { open: true }),
  search_count: model(['domain', 'limit'], 1),
  name_search: model(['name', 'domain', 'operator', 'limit']),
  create: model(['vals_list'], 1, { writes: true }),
  load: model(['fields', 'data'], 2, { writes: true }),
  fields_get: model(['allfields', 'attributes']),
  default_get: model(['fields'], 1),
  read: records(['fields', 'load']),
  exists: records(),
  write: records(['vals'], 1, { writes: true }),
  unlink: records([], 0, { writes: true }),
  action_archive: records([], 0, { writes: true }),
  action_unarchive: records([], 0, { writes: true }),
  has_access: records(['operation'], 1),
  check_access_rights: model(['operation', 'raise_exception'], 1),
  message_subscribe: records(['partner_ids', 'subtype_ids']),
};

/** Methods that only some models have. */
export const OWN_METHODS: Readonly<Record<string, Signature>> = {
  context_get: model([]),
  get_installed: model([]),
  action_confirm: records([], 0, { writes: true }),
  action_cancel: records([], 0, { writes: true }),
  action_draft: records([], 0, { writes: true }),
  action_lock: records([], 0, { writes: true }),
  action_unlock: records([], 0, { writes: true }),
};

/** Binds positional and named arguments as Python does; throws its TypeError. */
export function bindArguments(
  { parameters, required, open }: Signature,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (positional.length > parameters.length) throw typeError('too many positional arguments');
  const bound = Object.fromEntries(positional.map((value, i) => [parameters[i] ?? '', value]));
  for (const [name, value] of Object.entries(named)) {
    if (!parameters.includes(name)) {
      // Such a method passes them on to one that refuses them (recording 86).
      if (open) throw new UnexpectedArgument(`BaseModel._read_format() got an unexpected keyword argument '${name}'`);
      throw typeError(`got an unexpected keyword argument '${name}'`);
    }
    if (name in bound) throw typeError(`multiple values for argument '${name}'`);
    bound[name] = value;
  }
  const missing = parameters.slice(0, required).find((name) => !(name in bound));
  if (missing !== undefined) throw typeError(`missing a required argument: '${missing}'`);
  return bound;
}

/** An argument that was bound and refused only when the method ran: 500 instead of 422 in JSON-2. */
export class UnexpectedArgument extends Error {}

import type { Model, OdooVersion } from './model.types.ts';

/** An exception of the server; error.presenter.ts converts it to what a client sees. */
export class OdooError extends Error {
  /** Python's name, such as `odoo.exceptions.ValidationError`. */
  readonly exception: string;
  /** The status of a JSON-2 response; JSON-RPC always returns 200. */
  readonly status: number;
  readonly args: readonly unknown[];

  constructor(exception: string, message: string, status = 500, args: readonly unknown[] = [message]) {
    super(message);
    this.exception = exception;
    this.status = status;
    this.args = args;
  }
}

export function validationError(message: string): OdooError {
  return new OdooError('odoo.exceptions.ValidationError', message, 422);
}

export function userError(message: string): OdooError {
  return new OdooError('odoo.exceptions.UserError', message, 422);
}

export function accessError(message: string): OdooError {
  return new OdooError('odoo.exceptions.AccessError', message, 403);
}

export function accessDenied(): OdooError {
  return new OdooError('odoo.exceptions.AccessDenied', 'Access Denied', 403);
}

export function missingError(model: string, id: number, uid: number): OdooError {
  const message = `Record does not exist or has been deleted.\n(Record: ${model}(${id},), User: ${uid})`;
  return new OdooError('odoo.exceptions.MissingError', message, 404);
}

export function valueError(message: string): OdooError {
  return new OdooError('builtins.ValueError', message);
}

export function typeError(message: string): OdooError {
  return new OdooError('builtins.TypeError', message);
}

/** An error of the web server itself: its second argument is the status. */
export function httpError(name: string, status: number, message: string): OdooError {
  return new OdooError(`werkzeug.exceptions.${name}`, message, status, [message, status]);
}

/** A foreign key that a deletion or a wrong id would violate; the versions word it differently (recording 868). */
export function referenceError(version: OdooVersion, { name, label, fields }: Model, field: string): OdooError {
  if (version === 18)
    return validationError(
      'The operation cannot be completed: another model requires the record being deleted. If possible, archive it ' +
        `instead.\n\nModel: ${label} (${name})\nConstraint: ${name.replaceAll('.', '_')}_${field}_fkey\n`,
    );
  return validationError(
    'The operation cannot be completed: Another model is using the record you are trying to delete.\n\n' +
      `The troublemaker is: '${label}' (${name})\nThanks to the following constraint: '${fields[field]?.label}' (${field})\n` +
      'How about archiving the record instead?',
  );
}

export function mandatoryError(label: string, model: string, fieldLabel: string, field: string): OdooError {
  return validationError(
    'The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model ' +
      'requires the record being deleted. If possible, archive it instead.\n\n' +
      `Model: ${label} (${model})\nField: ${fieldLabel} (${field})\n`,
  );
}

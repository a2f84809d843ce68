import type { OdooVersion } from '../orm/model.types.ts';
import { OdooError } from '../orm/odoo.error.ts';

/** An exception as both protocols show it; `debug` is a traceback, which clients should not pass on. */
export interface SerializedException {
  name: string;
  message: string;
  arguments: readonly unknown[];
  context: object;
  debug: string;
}

export function serializeException(problem: OdooError, version: OdooVersion): SerializedException {
  const { exception: name, message, args } = problem;
  const debug = traceback(problem, version);
  // Both send the same members, each in its own order.
  return version === 18
    ? { name, debug, message, arguments: args, context: {} }
    : { name, message, arguments: args, context: {}, debug };
}

/** Converts any failure to a server exception: a bug of the sandbox becomes an internal error, with its stack in the log. */
export function asOdooError(problem: unknown): OdooError {
  if (problem instanceof OdooError) return problem;
  console.error(problem);
  return new OdooError(
    'builtins.Exception',
    `sandbox: ${problem instanceof Error ? problem.message : String(problem)}`,
  );
}

function traceback({ exception, message }: OdooError, version: OdooVersion): string {
  if (exception === 'odoo.exceptions.AccessDenied' && version === 19) return `${exception}: ${message}\n`;
  const file = version === 18 ? '/opt/odoo/odoo/http.py' : '/opt/odoo/odoo/http/dispatcher.py';
  return (
    'Traceback (most recent call last):\n' +
    `  File "${file}", line 1957, in _transactioning\n    return service_model.retrying(func, env=self.env)\n` +
    '  File "/opt/odoo/odoo/service/model.py", line 137, in retrying\n    result = func()\n' +
    `${exception.replace('builtins.', '')}: ${message.trimEnd()}\n`
  );
}

import { ConfigurationError } from '../../config/environment.ts';
import type { ApiCalls } from '../api.calls.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** Each asks a shop or an ERP, which may take its time. */
const AT_ONCE = 4;

interface Connection {
  readonly id: string;
  readonly name: string;
}
interface Checked {
  readonly ok: boolean;
  readonly warnings: readonly string[];
  readonly error?: { readonly message: string };
}

/**
 * Has the service check each connection of the organizations that the key sees, as its page in the dashboard does: the result is stored there, too.
 */
export async function checkConnections(api: ApiCalls): Promise<Finding[]> {
  try {
    const organizations = await api.all<{ org_id: string }>('/organizations');
    const found: Finding[] = [];
    for (const { org_id: orgId } of organizations) {
      const own = api.of(orgId);
      const waiting = await own.all<Connection>('/connections');
      const work = async () => {
        for (let next = waiting.shift(); next; next = waiting.shift()) found.push(await check(own, next, orgId));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
    return found.length > 0 ? found : [ok('systems', 'There are no connections.')];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [fail('systems', error.message, 'Start the service, and give a key that may check connections.')];
  }
}

async function check(api: ApiCalls, { id, name }: Connection, orgId: string): Promise<Finding> {
  const what = `${name} of ${orgId}`;
  const { ok: isWell, warnings, error } = await api.call<Checked>('POST', `/connections/${id}/check`);
  if (!isWell)
    return fail(
      'systems',
      `${what}: ${error?.message ?? 'the check failed.'}`,
      'Correct the connection, or ask whoever runs that system.',
    );
  const [first, ...rest] = warnings;
  if (first === undefined) return ok('systems', `${what} answers.`);
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  return warn('systems', `${what}: ${first}${more}.`.replace(/\.\.$/, '.'), 'Look at the page of the connection.');
}

import { type Client, getConnection, getPreview, type Run } from '@sync-operations/client';
import type { OdooSandbox } from '@sync-operations/sandbox';
import type { Check } from './checks.ts';
import { type ExpectedChanges, OLD_PHONE } from './partner.seed.ts';
import { Refused, reliably } from './reliable.call.ts';

/** How many items a preview found of each kind. */
export type PreviewSummary = Readonly<Record<'creates' | 'updates' | 'deletes' | 'unchanged' | 'conflicts', number>>;

/** The preview counts what the seed made, and it wrote nothing. */
export function checkPreview(summary: PreviewSummary, expected: ExpectedChanges, odoo: OdooSandbox): Check[] {
  return [
    { what: 'Preview: to be created', found: summary.creates, expected: expected.creates },
    { what: 'Preview: to be updated', found: summary.updates, expected: expected.updates },
    { what: 'Preview: to be deleted', found: summary.deletes, expected: 0 },
    { what: 'Preview: unchanged', found: summary.unchanged, expected: expected.unchanged },
    { what: 'Preview: conflicts', found: summary.conflicts, expected: expected.conflicts },
    { what: 'Preview: writing calls to the Odoo', found: writingCalls(odoo), expected: 0 },
  ];
}

/** The apply did what the preview said, by the service's counts and by the Odoo's data. */
export function checkApply(
  { progress, counts }: Run,
  { creates, updates, conflicts, refused }: ExpectedChanges,
  odoo: OdooSandbox,
  partnersBefore: number,
): Check[] {
  const status = refused > 0 ? 'completed_with_errors' : 'completed';
  return [
    { what: 'Apply: status', found: progress.status, expected: status },
    { what: 'Apply: created', found: counts.created ?? 0, expected: creates - refused },
    { what: 'Apply: updated', found: counts.updated ?? 0, expected: updates },
    { what: 'Apply: refused by the Odoo', found: progress.failed_count, expected: refused },
    { what: 'Odoo: partners added', found: partnersIn(odoo) - partnersBefore, expected: creates - refused },
    { what: 'Odoo: old phone numbers left', found: oldPhonesIn(odoo), expected: conflicts },
  ];
}

/** Read afresh, both ends say the same of every customer that was synced. */
export function checkReconcile({ reconcile }: Run, expected: ExpectedChanges, odoo: OdooSandbox): Check[] {
  const { creates, updates, unchanged, conflicts, refused } = expected;
  const found = reconcile ?? {
    equal: 0,
    different: 0,
    missing_at_source: 0,
    missing_at_destination: 0,
    not_compared: 0,
  };
  const unequal = found.different + found.missing_at_source + found.missing_at_destination - refused;
  return [
    { what: 'Reconcile: both ends are', found: unequal === 0 ? 'equal' : `not equal: ${unequal}`, expected: 'equal' },
    { what: 'Reconcile: equal customers', found: found.equal, expected: creates - refused + updates + unchanged },
    { what: 'Reconcile: for people to decide', found: found.not_compared, expected: conflicts },
    { what: 'Reconcile: writing calls to the Odoo', found: writingCalls(odoo), expected: 0 },
  ];
}

/** The same sync again found nothing to do. */
export function checkSecond({ counts }: Run, expected: ExpectedChanges, odoo: OdooSandbox): Check[] {
  const { creates, updates, unchanged, conflicts, refused } = expected;
  return [
    { what: 'Second sync: unchanged', found: counts.unchanged ?? 0, expected: creates - refused + updates + unchanged },
    { what: 'Second sync: still in conflict', found: counts.conflict ?? 0, expected: conflicts },
    { what: 'Second sync: writing calls to the Odoo', found: writingCalls(odoo), expected: 0 },
  ];
}

/** Only the one change was written. */
export function checkIncremental(
  { counts }: Run,
  changed: { email: string; phone: string },
  odoo: OdooSandbox,
): Check[] {
  const [id] = odoo.admin.search('res.partner', [['email', '=', changed.email]]);
  const found = id === undefined ? 'no partner' : String(odoo.admin.get('res.partner', id, ['phone']).phone);
  return [
    { what: 'Incremental sync: updated', found: counts.updated ?? 0, expected: 1 },
    { what: 'Incremental sync: created', found: counts.created ?? 0, expected: 0 },
    { what: 'Incremental sync: writing calls', found: writingCalls(odoo), expected: 1 },
    { what: 'Odoo: phone number of that partner', found, expected: changed.phone },
  ];
}

/** What another organization sees of a connection and of a preview: 404, as if they did not exist. */
export async function lookFromOutside(
  another: Client,
  connection_id: string,
  cache_key: string,
  signal: AbortSignal,
): Promise<Check[]> {
  const connection = statusOf(reliably(() => getConnection({ client: another, path: { connection_id } }), signal));
  const preview = statusOf(reliably(() => getPreview({ client: another, path: { cache_key } }), signal));
  return [
    { what: "Other organization: the shop's connection", found: await connection, expected: 404 },
    { what: 'Other organization: the preview', found: await preview, expected: 404 },
  ];
}

/** How many partners there are, archived ones too. */
export const partnersIn = ({ admin }: OdooSandbox): number => admin.search('res.partner', []).length;

const oldPhonesIn = ({ admin }: OdooSandbox): number =>
  admin.search('res.partner', [['phone', '=like', `${OLD_PHONE}%`]]).length;

/** Calls that write, since the counters were last reset. */
function writingCalls(odoo: OdooSandbox): number {
  const writing = Object.entries(odoo.calls()).filter(([name]) => /\.(create|write|unlink|load)$/.test(name));
  return writing.reduce((sum, [, count]) => sum + count, 0);
}

function statusOf(call: Promise<unknown>): Promise<number> {
  return call.then(
    () => 200,
    (error: unknown) => {
      if (error instanceof Refused) return error.status;
      throw error;
    },
  );
}

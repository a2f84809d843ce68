import {
  type Client,
  type FieldChange,
  getPreview,
  listItems,
  listPreviewChanges,
  type PreviewChange,
  type PreviewRun,
  type Run,
} from '@sync-operations/client';
import type { PreviewSummary } from './connector.checks.ts';
import { reliably } from './reliable.call.ts';
import { grouped } from './terminal.ts';

const EXAMPLES = 3;

export interface ReadPreview {
  readonly summary: PreviewSummary;
  /** Lines for people: how many changes of each kind, and the first of them. */
  readonly lines: readonly string[];
}

/** Reads a computed preview through the API: its summary, and some of its changes. */
export async function readPreview(api: Client, { cache_key }: PreviewRun, signal: AbortSignal): Promise<ReadPreview> {
  const preview = await reliably(() => getPreview({ client: api, path: { cache_key } }), signal);
  const summary = preview.summary as unknown as PreviewSummary;
  const first = async (kind: PreviewChange['kind']) => {
    const query = { kind, limit: EXAMPLES };
    return (await reliably(() => listPreviewChanges({ client: api, path: { cache_key }, query }), signal)).items;
  };
  return {
    summary,
    lines: [
      ...kind(summary.creates, 'to create', (await first('create')).map(nameOf)),
      ...kind(summary.updates, 'to update, old → new', (await first('update')).flatMap(updateLines)),
      ...kind(
        summary.conflicts,
        'in conflict: left unchanged, for people to decide',
        (await first('conflict')).map((change) => `${nameOf(change)}: ${change.reason}`),
      ),
      ...kind(summary.deletes, 'to delete', []),
      ...kind(summary.unchanged, 'equal on both sides: nothing to do', []),
    ],
  };
}

/** Why a sync left items unchanged: the service's messages for the first of them. Empty when there is none. */
export async function itemLines(api: Client, { sync_id }: Run, signal: AbortSignal): Promise<string[]> {
  const query = { limit: EXAMPLES };
  const { items } = await reliably(() => listItems({ client: api, path: { sync_id }, query }), signal);
  const lines = items.map(({ external_id, message }) => `    customer ${external_id}: ${message}`);
  return items.length > 0 ? ['', '  Left unchanged, and why:', ...lines] : [];
}

function kind(count: number, what: string, examples: readonly string[]): string[] {
  const heading = `  ${grouped(count).padStart(7)} ${what}${examples.length > 0 ? ', such as' : ''}`;
  return [heading, ...examples.map((line) => `          ${line}`)];
}

function updateLines(change: PreviewChange): string[] {
  return [nameOf(change), ...change.fields.map((field) => `    ${field.field}: ${oldAndNew(field)}`)];
}

const oldAndNew = ({ old, new: next }: FieldChange): string => `${textOf(old)} → ${textOf(next)}`;

const textOf = (value: unknown): string => (value === null ? 'nothing' : String(value));

/** A name that people recognise. */
function nameOf({ external_id, data }: PreviewChange): string {
  const { name, email } = (data ?? {}) as { name?: string | null; email?: string | null };
  return [name, email && `<${email}>`].filter(Boolean).join(' ') || `customer ${external_id}`;
}

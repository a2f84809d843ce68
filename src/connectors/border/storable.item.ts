import { createHash } from 'node:crypto';
import type { ExternalItem, ItemProblem, WriteResult } from '../contract/connector.types.ts';
import { shownText, shownValue } from './shown.value.ts';
import { problemOfData, problemOfId } from './storable.value.ts';

/** Of the message of a problem. */
const MAX_MESSAGE_LENGTH = 1_000;
const MAX_CLASS_LENGTH = 100;

/** The item if it can be stored, otherwise an item with the problem, which can be. Pure. */
export function storableItem(item: ExternalItem): ExternalItem {
  const wrongId = problemOfId(item.external_id);
  const problem = wrongId ?? item.problem ?? (item.data === null ? null : problemOfData(item.data));
  if (!problem) return item.raw === undefined ? item : { ...item, raw: shownValue(item.raw) };
  return {
    external_id: wrongId ? standIn(item.external_id) : item.external_id,
    data: null,
    problem: storableProblem(problem),
    raw: shownValue(item.raw ?? item.data ?? undefined),
  };
}

/** The result of a write. What the system holds now may be unstorable although it was written. */
export function storableResult(result: WriteResult): WriteResult {
  if (!result.ok) {
    const { problem, raw } = result;
    return { ok: false, problem: storableProblem(problem), ...(raw !== undefined && { raw: shownValue(raw) }) };
  }
  const problem = problemOfId(result.external_id) ?? (result.data === null ? null : problemOfData(result.data));
  return problem ? { ok: false, problem: storableProblem(problem), raw: shownValue(result.data) } : result;
}

function storableProblem({ error_class, message, final, leaves }: ItemProblem): ItemProblem {
  return {
    error_class: shownText(error_class, MAX_CLASS_LENGTH),
    message: shownText(message, MAX_MESSAGE_LENGTH),
    ...(final && { final }),
    ...(leaves && { leaves }),
  };
}

/** Stays the same as long as the id does, so that the item fails once in a sync, and again in the next. */
function standIn(id: string): string {
  return `unknown:${createHash('sha256').update(Buffer.from(id, 'utf16le')).digest('hex').slice(0, 16)}`;
}

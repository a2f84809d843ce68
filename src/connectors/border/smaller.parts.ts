import { ConnectorError } from '../contract/connector.error.ts';
import type { ExternalItem } from '../contract/connector.types.ts';

/** True when the response is larger than a limit of ours or of the system, so that asking for less may help. */
export function isTooLarge(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.kind === 'too-large' && !error.ambiguous;
}

/** True when less may be answered: too large, too slow for the system or for the proxy in front of it, or it broke down over it. */
export function isTooMuch(error: unknown): error is ConnectorError {
  if (!(error instanceof ConnectorError) || error.ambiguous) return false;
  const { kind, status = 0 } = error;
  return kind === 'too-large' || kind === 'timeout' || (kind === 'unavailable' && status >= 500);
}

/** The item of a response that is too large although nothing else was asked for. */
export function oversized(external_id: string, { message }: ConnectorError): ExternalItem {
  return { external_id, data: null, problem: { error_class: 'too_large', message } };
}

/** Reads all of them together, and in halves when the response is too large, until the one that is too large is alone. */
export async function inSmallerParts<T, R>(
  all: readonly T[],
  read: (part: readonly T[]) => Promise<readonly R[]>,
  alone: (one: T, error: ConnectorError) => R,
  splits = isTooLarge,
): Promise<R[]> {
  try {
    return [...(await read(all))];
  } catch (error) {
    if (!splits(error)) throw error;
    const [first] = all;
    if (all.length <= 1) return first === undefined ? [] : [alone(first, error)];
    const middle = Math.ceil(all.length / 2);
    const left = await inSmallerParts(all.slice(0, middle), read, alone, splits);
    return [...left, ...(await inSmallerParts(all.slice(middle), read, alone, splits))];
  }
}

import { ConnectorError } from '../../contract/connector.error.ts';

/** Returns the error when the shop refuses for good; throws any other error. */
export async function refusalOf(work: () => Promise<unknown>): Promise<ConnectorError | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const refused = error instanceof ConnectorError && !error.transient && error.kind !== 'aborted';
    if (refused) return error;
    throw error;
  }
}

/** What the shop answers; null when it refuses for good. */
export async function unlessRefused<T>(work: () => Promise<T>): Promise<T | null> {
  let answer: T | null = null;
  await refusalOf(async () => {
    answer = await work();
  });
  return answer;
}

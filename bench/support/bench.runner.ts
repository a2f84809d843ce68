/** Functions that stop what a benchmark started; called in reverse order. */
export type CleanUps = (() => unknown)[];

/** Runs a benchmark and stops all it started, once, even when a signal arrives after an error. */
export async function runBench(bench: (cleanUps: CleanUps) => Promise<void>): Promise<void> {
  const cleanUps: CleanUps = [];
  let cleaned: Promise<void> | undefined;
  const cleanUp = (): Promise<void> => {
    cleaned ??= (async () => {
      for (let last = cleanUps.pop(); last; last = cleanUps.pop()) await last();
    })();
    return cleaned;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => void cleanUp().then(() => process.exit(1)));
  }
  try {
    await bench(cleanUps);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

import pRetry from 'p-retry';
import { launchService, type RunningService, type ServiceAccess, type ServiceOptions } from './service.launch.ts';

/** The service, kept running. */
export interface SupervisedService {
  /** Access to the process that runs now. */
  access(): ServiceAccess;
  /** Resolves when the service was stopped on request; rejects when it died and could not be started again. */
  readonly ended: Promise<void>;
}

/** Starts the service and, whenever it ends before `until` is aborted, starts it again on the same port. */
export async function superviseService(options: ServiceOptions): Promise<SupervisedService> {
  const { say, until } = options;
  let running: RunningService = await launchService(options);

  async function keep(): Promise<void> {
    for (;;) {
      const how = await running.ended;
      if (until.aborted) return;
      say(`The service (process ${running.pid}) ${how}: starting it again.`);
      running = await pRetry(() => launchService(options), { retries: 3, minTimeout: 500, signal: until });
    }
  }
  const ended = keep().catch((error: unknown) => {
    // Stopped while it was starting again.
    if (!until.aborted) throw error;
  });
  return { access: () => running, ended };
}

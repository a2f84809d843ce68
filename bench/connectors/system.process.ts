import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process sends to its parent once it listens. */
export interface SystemAddress {
  readonly url: string;
  /** As a connection takes them. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** A sandbox shop or Odoo in a process of its own. */
export class SystemProcess {
  readonly system: 'woocommerce' | 'odoo';
  readonly url: string;
  readonly credentials: SystemAddress['credentials'];
  private readonly child: ChildProcess;

  private constructor(system: SystemProcess['system'], child: ChildProcess, address: SystemAddress) {
    this.system = system;
    this.child = child;
    this.url = address.url;
    this.credentials = address.credentials;
  }

  static async start(system: SystemProcess['system'], customers: number): Promise<SystemProcess> {
    const main = fileURLToPath(new URL('system.main.ts', import.meta.url));
    const child = fork(main, [system, String(customers)], { execArgv: [] });
    const [address] = (await once(child, 'message')) as [SystemAddress];
    return new SystemProcess(system, child, address);
  }

  /** Delays every response by `ms`, as a real system takes its time; 0 for no delay. */
  async delay(ms: number): Promise<void> {
    const rules = ms > 0 ? [{ kind: 'slow', ms }] : [];
    const { status } = await fetch(`${this.url}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(rules) });
    if (status !== 200) throw new Error(`the sandbox refused the faults: ${status}`);
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}

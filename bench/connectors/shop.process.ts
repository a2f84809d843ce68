import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What the process sends to its parent once it listens. */
interface ShopAddress {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

/** A sandbox shop in a process of its own. */
export class ShopProcess {
  readonly url: string;
  readonly credentials: { readonly consumer_key: string; readonly consumer_secret: string };
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, address: ShopAddress) {
    this.child = child;
    this.url = address.url;
    this.credentials = { consumer_key: address.consumerKey, consumer_secret: address.consumerSecret };
  }

  static async start(customers: number): Promise<ShopProcess> {
    const child = fork(fileURLToPath(new URL('shop.main.ts', import.meta.url)), [String(customers)], { execArgv: [] });
    const [address] = (await once(child, 'message')) as [ShopAddress];
    return new ShopProcess(child, address);
  }

  /** Delays every response by `ms`, as a real shop takes its time; 0 for no delay. */
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

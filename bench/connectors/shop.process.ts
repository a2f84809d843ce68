import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface Told {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
}

/** A sandbox shop with so many customers, in a process of its own. */
export class ShopProcess {
  readonly url: string;
  readonly credentials: { readonly consumer_key: string; readonly consumer_secret: string };
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, told: Told) {
    this.child = child;
    this.url = told.url;
    this.credentials = { consumer_key: told.consumerKey, consumer_secret: told.consumerSecret };
  }

  static async start(customers: number): Promise<ShopProcess> {
    const child = fork(fileURLToPath(new URL('shop.main.ts', import.meta.url)), [String(customers)], { execArgv: [] });
    const [told] = (await once(child, 'message')) as [Told];
    return new ShopProcess(child, told);
  }

  /** Every answer takes so many milliseconds more, as a real shop's do; 0: answers at once. */
  async delay(ms: number): Promise<void> {
    const rules = ms > 0 ? [{ kind: 'slow', ms }] : [];
    const { status } = await fetch(`${this.url}/__sandbox/faults`, { method: 'POST', body: JSON.stringify(rules) });
    if (status !== 200) throw new Error(`the sandbox refused its faults: ${status}`);
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}

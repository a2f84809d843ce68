import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SeededRandom } from './seeded.random.ts';
import { OWNER_URL, type SimulatedMachine } from './simulated.machine.ts';
import type { SqlEngine } from './sql.engine.ts';
import type { VirtualNetwork } from './virtual.network.ts';
import { Instance, outside, settled } from './virtual.process.ts';

const VARIABLES = {
  DATABASE_URL: 'postgres://sync_app@127.0.0.1:5432/postgres',
  MIGRATION_DATABASE_URL: OWNER_URL,
  SYNC_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
  SYNC_RECONCILE_SAMPLE: '0',
  LOG_LEVEL: 'silent',
};

/** One running instance of the service. */
export interface Running {
  readonly instance: Instance;
  readonly app: NestFastifyApplication;
}

/** Clock, network, database and instances of one seed, and what happened in it. */
export class SimulatedWorld {
  readonly log: string[] = [];
  readonly random: SeededRandom;
  readonly network: VirtualNetwork;
  readonly engine: SqlEngine;
  readonly machine: SimulatedMachine;
  private readonly instances: Instance[] = [];
  private readonly started: number;
  /** Then the clock stands still. */
  private isStarting = false;

  private constructor(machine: SimulatedMachine, random: SeededRandom) {
    this.random = random;
    this.machine = machine;
    this.engine = machine.engine;
    this.network = machine.network;
    this.started = Date.now();
  }

  static async create(machine: SimulatedMachine, seed: string): Promise<SimulatedWorld> {
    const random = new SeededRandom(seed);
    await machine.reset(random);
    const world = new SimulatedWorld(machine, random);
    world.engine.onAnswer = ({ who, text, sent, status }) => world.tell(`${who}: ${text} [${sent}] ${status}`);
    world.network.onExchange = ({ method, url }, { statusCode, writableFinished }) =>
      world.tell(`${method} ${url} ${writableFinished ? statusCode : 'no answer'}`);
    return world;
  }

  /** Nothing of it goes on. */
  end(): void {
    for (const instance of this.instances) instance.kill();
  }

  tell(what: string): void {
    this.log.push(`${String(Date.now() - this.started).padStart(8)} ${what}`);
  }

  /** Starts an instance, in no time: it reads files, whose time is not ours. */
  async start(name: string, variables: Record<string, string>): Promise<Running> {
    const environment = this.machine.service.parseEnvironment({ ...VARIABLES, ...variables });
    return this.instantly(name, async (instance) => {
      const app = await this.machine.service.createApp(environment);
      await app.init();
      this.tell(`${name} starts`);
      return { instance, app };
    });
  }

  /** Done by an instance of its own while the clock stands still. */
  private async instantly<T>(name: string, work: (instance: Instance) => Promise<T>): Promise<T> {
    // Whoever is in a transaction needs time to come to its end, and there is one session.
    while (this.isStarting || !this.engine.isIdle) await new Promise((resolve) => setTimeout(resolve, 1));
    const instance = new Instance(name);
    this.instances.push(instance);
    this.isStarting = true;
    instance.isStarting = true;
    try {
      return await instance.run(() => work(instance));
    } finally {
      this.isStarting = false;
      instance.isStarting = false;
    }
  }

  /** Lets time pass until the work is done. */
  async until<T>(what: string, work: Promise<T>, withinMs = 3_600_000): Promise<T> {
    let done = false;
    const end = work.finally(() => {
      done = true;
    });
    end.catch(() => undefined);
    const deadline = Date.now() + withinMs;
    await settled();
    while (!done) {
      if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms of its time: ${what}`);
      // Not next(): it leaves no time to what comes back to the event loop more than once, and a seed would not repeat.
      if (!this.isStarting) await this.machine.clock.nextAsync();
      else await outside();
      await settled();
    }
    return end;
  }
}

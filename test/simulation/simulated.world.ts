import { PGlite } from '@electric-sql/pglite';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Clock } from '@sinonjs/fake-timers';
import { SeededRandom } from './seeded.random.ts';
import { SqlEngine } from './sql.engine.ts';
import { virtualMachine } from './virtual.machine.ts';
import { VirtualNetwork } from './virtual.network.ts';
import { Instance, outside, settled, virtualChance, virtualProcess } from './virtual.process.ts';

const BEGINS = new Date('2026-06-15T08:00:00Z');
const DATABASE = '127.0.0.1:5432';
const OWNER_URL = 'postgres://sync_owner@127.0.0.1:5432/postgres';
const APP_URL = 'postgres://sync_app@127.0.0.1:5432/postgres';

const VARIABLES = {
  DATABASE_URL: APP_URL,
  MIGRATION_DATABASE_URL: OWNER_URL,
  SYNC_ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  SYNC_ALLOW_PRIVATE_ADDRESSES: 'true',
  SYNC_RECONCILE_SAMPLE: '0',
  LOG_LEVEL: 'silent',
};

/** The built service, which is loaded when clock, network and chance are virtual. */
interface Service {
  readonly createApp: typeof import('../../src/create-app.ts').createApp;
  readonly parseEnvironment: typeof import('../../src/config/environment.ts').parseEnvironment;
  readonly migrate: typeof import('../../src/database/migrate.ts').migrate;
  readonly provisionAppRole: typeof import('../../src/database/provision.ts').provisionAppRole;
  readonly KeyAdmin: typeof import('../../src/auth/key.admin.ts').KeyAdmin;
}

/** A module of the built service. */
export const built = (file: string) => import(new URL(`../../dist/src/${file}`, import.meta.url).href);

async function load(): Promise<Service> {
  const files = ['create-app', 'config/environment', 'database/migrate', 'database/provision', 'auth/key.admin'];
  const modules = [];
  for (const file of files) modules.push(await built(`${file}.js`));
  return Object.assign({}, ...modules);
}

/** One running instance of the service. */
export interface Running {
  readonly instance: Instance;
  readonly app: NestFastifyApplication;
}

/** Clock, network, database and instances of one seed, and what happened in it. */
export class SimulatedWorld {
  readonly log: string[] = [];
  readonly random: SeededRandom;
  readonly clock: Clock;
  readonly network: VirtualNetwork;
  readonly engine: SqlEngine;
  private readonly service: Service;
  private readonly started: number;
  /** Then the clock stands still. */
  private isStarting = false;

  private constructor(parts: Pick<SimulatedWorld, 'random' | 'clock' | 'network' | 'engine'>, service: Service) {
    this.random = parts.random;
    this.clock = parts.clock;
    this.network = parts.network;
    this.engine = parts.engine;
    this.service = service;
    this.started = Date.now();
  }

  /** Once a process: what it replaces stays replaced. */
  static async create(seed: string): Promise<SimulatedWorld> {
    // The engine keeps some chance in store. It starts before the clock stands still, which it waits for.
    virtualChance(new SeededRandom('the engine'));
    const db = await PGlite.create();
    const random = new SeededRandom(seed);
    virtualChance(random);
    const clock = virtualProcess(BEGINS);
    virtualMachine();
    const network = new VirtualNetwork(random);
    network.install();
    await db.exec(
      `CREATE ROLE sync_owner LOGIN CREATEROLE; ALTER DATABASE postgres OWNER TO sync_owner; ALTER SCHEMA public OWNER TO sync_owner`,
    );
    const engine = new SqlEngine(db);
    network.listen(DATABASE, (socket, from) => engine.accept(socket, from));
    const service = await load();
    const world = new SimulatedWorld({ random, clock, network, engine }, service);
    await world.instantly('owner', async () => {
      await service.migrate(OWNER_URL);
      await service.provisionAppRole(OWNER_URL, 'not asked for');
    });
    engine.onAnswer = ({ who, text, sent, status }) => world.tell(`${who}: ${text} [${sent}] ${status}`);
    network.onExchange = ({ method, url }, { statusCode, writableFinished }) =>
      world.tell(`${method} ${url} ${writableFinished ? statusCode : 'no answer'}`);
    return world;
  }

  tell(what: string): void {
    this.log.push(`${String(Date.now() - this.started).padStart(8)} ${what}`);
  }

  /** A key of the organization, with every right. */
  key(orgId: string): Promise<string> {
    return this.instantly('owner', () =>
      this.service.KeyAdmin.with(OWNER_URL, (keys) =>
        keys.create({
          kind: 'service',
          orgId,
          name: 'simulation',
          userId: 'operator',
          scopes: ['sync:admin'],
          ttlSeconds: null,
        }),
      ),
    );
  }

  /** Starts an instance, in no time: it reads files, whose time is not ours. */
  async start(name: string, variables: Record<string, string>): Promise<Running> {
    const environment = this.service.parseEnvironment({ ...VARIABLES, ...variables });
    return this.instantly(name, async (instance) => {
      const app = await this.service.createApp(environment);
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
      if (!this.isStarting) await this.clock.nextAsync();
      else await outside();
      await settled();
    }
    return end;
  }
}

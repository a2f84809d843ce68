import { createRequire } from 'node:module';
import { PGlite } from '@electric-sql/pglite';
import type { Clock } from '@sinonjs/fake-timers';
import { EngineSnapshot } from './engine.snapshot.ts';
import { SeededRandom } from './seeded.random.ts';
import { SqlEngine } from './sql.engine.ts';
import { virtualMachine } from './virtual.machine.ts';
import { VirtualNetwork } from './virtual.network.ts';
import { Instance, outside, seedChance, virtualChance, virtualProcess } from './virtual.process.ts';

const BEGINS = new Date('2026-06-15T08:00:00Z');
const DATABASE = '127.0.0.1:5432';
export const ORGANIZATIONS = ['org-1', 'org-2'] as const;
export const OWNER_URL = 'postgres://sync_owner@127.0.0.1:5432/postgres';

/** The built service, which is loaded when clock, network and chance are virtual. */
export interface Service {
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

/**
 * What all seeds of a process share: clock and network in place of Node's own, the loaded service, and a database that is migrated once
 * and set back to that before each seed. So a seed does the same whichever were before it.
 */
export class SimulatedMachine {
  readonly clock: Clock;
  readonly network: VirtualNetwork;
  readonly engine: SqlEngine;
  readonly service: Service;
  /** A key of each organization, with every right. */
  readonly keys: ReadonlyMap<string, string>;
  private readonly migrated: EngineSnapshot;

  private constructor(parts: Pick<SimulatedMachine, 'clock' | 'network' | 'engine' | 'service' | 'keys'>, db: PGlite) {
    this.clock = parts.clock;
    this.network = parts.network;
    this.engine = parts.engine;
    this.service = parts.service;
    this.keys = parts.keys;
    this.migrated = new EngineSnapshot(db);
  }

  /** Once a process: what it replaces stays replaced. */
  static async create(): Promise<SimulatedMachine> {
    virtualChance();
    // The engine starts before the clock stands still, which it waits for.
    const db = await PGlite.create();
    const clock = virtualProcess(BEGINS);
    virtualMachine();
    const network = new VirtualNetwork();
    network.install();
    await db.exec(
      `CREATE ROLE sync_owner LOGIN CREATEROLE; ALTER DATABASE postgres OWNER TO sync_owner; ALTER SCHEMA public OWNER TO sync_owner`,
    );
    const engine = new SqlEngine(db);
    network.listen(DATABASE, (socket, from) => engine.accept(socket, from));
    const service = await load();
    const owner = new Instance('owner');
    owner.isStarting = true;
    const keys = await owner.run(async () => {
      await service.migrate(OWNER_URL);
      await service.provisionAppRole(OWNER_URL, 'not asked for');
      return keysOf(service);
    });
    owner.kill();
    return new SimulatedMachine({ clock, network, engine, service, keys }, db);
  }

  /** Everything is as it was before the first seed, and goes on by the chance of this one. */
  async reset(random: SeededRandom): Promise<void> {
    const { clock, network, engine } = this;
    // What still waits for a file belongs to the seed before.
    await outside();
    clock.reset();
    resetTimersOfHttp();
    seedChance(random);
    Instance.count = 1;
    this.migrated.restore(random);
    engine.reset();
    network.reset(random);
    network.listen(DATABASE, (socket, from) => engine.accept(socket, from));
  }
}

/** The HTTP client has one timer for all its requests, which goes on from seed to seed. Only when it is loaded: it must find our clock. */
function resetTimersOfHttp(): void {
  const { reset } = createRequire(import.meta.url)('undici/lib/util/timers.js') as { reset(): void };
  reset();
}

/** A key of each organization, with every right. */
const keysOf = (service: Service): Promise<Map<string, string>> =>
  service.KeyAdmin.with(OWNER_URL, async (keys) => {
    const all = new Map<string, string>();
    for (const orgId of ORGANIZATIONS)
      all.set(
        orgId,
        await keys.create({
          kind: 'service',
          orgId,
          name: 'simulation',
          userId: 'operator',
          scopes: ['sync:admin'],
          ttlSeconds: null,
        }),
      );
    return all;
  });

import { Organization } from './organization.ts';
import { PLANTED, type Plant } from './planted.faults.ts';
import { PromiseChecker } from './promise.checker.ts';
import { LOOK, VERIFY } from './promises.sql.ts';
import { ORGANIZATIONS, type SimulatedMachine } from './simulated.machine.ts';
import { type Running, SimulatedWorld } from './simulated.world.ts';

/** How a seed went. */
export interface Simulated {
  readonly broken: readonly string[];
  readonly log: readonly string[];
  readonly kills: number;
  readonly transactions: number;
}

/** What a seed is to be tried with. */
export interface Setting {
  readonly seed: string;
  readonly without?: readonly Left[];
  /** Faults that are planted, to see them found. */
  readonly plants?: readonly Plant[];
}

/** Something that may be left out, to see whether a failure needs it. */
export const LEFT_OUT = ['kills', 'faults', 'control', 'reports', 'second organization'] as const;
export type Left = (typeof LEFT_OUT)[number];

const WORKERS = ['worker-1', 'worker-2'];
/** Until then things go wrong. */
const TROUBLED_MS = 30_000;
/** When nothing goes wrong any more, no wait of a run is longer. */
const ENDS_WITHIN_MS = 1_200_000;
const WORKER = { SYNC_WORKER: 'only', SYNC_LEASE_SECONDS: '6', SYNC_LATE_WRITE_SECONDS: '30' };

/** Two organizations that sync and report, and two workers that are killed, for one seed. */
export class Simulation {
  private readonly world: SimulatedWorld;
  private readonly without: ReadonlySet<Left>;
  private readonly checker = new PromiseChecker();
  private readonly organizations: Organization[] = [];
  private readonly broken: string[] = [];
  private readonly troubledUntil: number;
  private api!: Running;
  private kills = 0;
  private transactions = 0;

  private constructor(world: SimulatedWorld, without: readonly Left[]) {
    this.world = world;
    this.without = new Set(without);
    this.troubledUntil = Date.now() + TROUBLED_MS;
  }

  static async run(machine: SimulatedMachine, { seed, without, plants }: Setting): Promise<Simulated> {
    const world = await SimulatedWorld.create(machine, seed);
    const simulation = new Simulation(world, without ?? []);
    world.engine.onChange = () => simulation.look();
    const planted: (undefined | (() => void))[] = [];
    try {
      for (const plant of plants ?? []) planted.push((await PLANTED[plant](world)) ?? undefined);
      await simulation.live();
    } catch (error) {
      simulation.note(String(error));
    } finally {
      for (const pull of planted) pull?.();
      world.end();
    }
    const { broken, kills, transactions } = simulation;
    return { broken, log: world.log, kills, transactions };
  }

  private async live(): Promise<void> {
    const { world } = this;
    this.api = await world.start('api', { SYNC_WORKER: 'off' });
    const names = ORGANIZATIONS.slice(0, this.without.has('second organization') ? 1 : 2);
    for (const [place, id] of names.entries()) {
      const organization = new Organization(id, world, this.asker(world.machine.keys.get(id) ?? ''));
      this.organizations.push(organization);
      await world.until(`${id} is open`, organization.open(place + 1));
    }
    await world.until(
      'the troubled time is over',
      Promise.all([
        ...WORKERS.map((name) => this.keepWorking(name)),
        ...this.organizations.flatMap((organization) => [
          this.syncing(organization),
          this.reporting(organization),
          this.disturbing(organization),
        ]),
      ]),
    );
    await this.end();
  }

  private asker(key: string) {
    return async (method: 'GET' | 'POST' | 'PATCH', path: string, body?: object) => {
      const answer = await this.api.instance.run(() =>
        this.api.app.inject({
          method,
          url: `/api/sync${path}`,
          headers: { 'x-api-key': key },
          ...(body && { payload: body }),
        }),
      );
      return { status: answer.statusCode, body: answer.json() };
    };
  }

  /** A worker, and the next one when it is killed: at any message that it sends or receives. */
  private async keepWorking(name: string): Promise<void> {
    for (;;) {
      const { instance } = await this.world.start(name, WORKER);
      if (this.without.has('kills') || !this.isTroubled) return;
      instance.messagesLeft = this.random.between(50, 1_500);
      await new Promise<void>((resolve) => {
        instance.onKill(resolve);
        setTimeout(resolve, this.troubledUntil - Date.now());
      });
      if (!instance.isDead) {
        instance.messagesLeft = Number.POSITIVE_INFINITY;
        return;
      }
      this.kills += 1;
      this.world.tell(`${name} is killed`);
      await this.pass(500, 8_000);
    }
  }

  private async syncing(organization: Organization): Promise<void> {
    while (this.isTroubled) {
      const syncId = await organization.startSync();
      await this.pass(500, 15_000);
      if (syncId && !this.without.has('control') && this.random.chance(0.4)) {
        await organization.control(syncId, 'pause');
        await this.pass(100, 5_000);
        await organization.control(syncId, this.random.chance(0.3) ? 'cancel' : 'resume');
      }
    }
  }

  private async reporting(organization: Organization): Promise<void> {
    while (this.isTroubled && !this.without.has('reports')) {
      const total = this.random.between(3, 30);
      const syncId = await organization.startReporting(total);
      for (let done = 0; syncId && done < total; ) {
        done = Math.min(total, done + this.random.between(1, 5));
        const told = await organization.report(syncId, done);
        if (told !== undefined) this.checker.acknowledge(`${organization.id} ${syncId}`, told);
        await this.pass(50, 4_000);
        if (this.random.chance(0.05)) break;
      }
      await this.pass(100, 5_000);
    }
  }

  private async disturbing(organization: Organization): Promise<void> {
    while (this.isTroubled) {
      await this.pass(500, 6_000);
      if (this.random.chance(0.3)) organization.newCustomer();
      if (this.random.chance(0.3)) organization.changeCustomer();
      if (!this.without.has('faults')) organization.fault();
    }
  }

  /** Nothing goes wrong any more, so everything comes to its end, and is complete. */
  private async end(): Promise<void> {
    const { world } = this;
    for (const organization of this.organizations) organization.endFaults();
    await world.until('no run is open', this.nothingOpen(), ENDS_WITHIN_MS);
    for (const organization of this.organizations) {
      const syncId = await world.until('a last sync starts', organization.startSync());
      if (!syncId) this.note(`${organization.id} could not start a last sync`);
      await world.until('the last sync has ended', this.nothingOpen(), ENDS_WITHIN_MS);
      const [sync] = world.engine.ask<{ status: string }>(
        `SELECT status FROM public.sync_progress WHERE sync_id = '${syncId}'`,
      );
      if (sync?.status !== 'completed') this.note(`the last sync of ${organization.id} is ${sync?.status}`);
      for (const what of organization.lost()) this.note(`${organization.id}: ${what}`);
      const [bound] = world.engine.ask<{ count: string }>(
        `SELECT count(*) FROM public.sync_bindings WHERE org_id = '${organization.id}'`,
      );
      if (Number(bound?.count) !== organization.customers)
        this.note(`${organization.id} has ${bound?.count} bindings of ${organization.customers} customers`);
    }
    world.engine.ask(
      `SELECT app.seal_entries(org_id) FROM (SELECT DISTINCT org_id FROM public.sync_activity_log) AS o`,
    );
    for (const { wrong } of world.engine.ask<{ wrong: string }>(VERIFY)) this.note(wrong);
  }

  /** Whoever is paused is resumed. */
  private async nothingOpen(): Promise<void> {
    for (;;) {
      await this.pass(1_000, 1_000);
      if (!this.world.engine.isIdle) continue;
      const open = this.world.engine.ask<{ org_id: string; sync_id: string; status: string }>(
        `SELECT org_id, sync_id, p.status FROM public.sync_runs r JOIN public.sync_progress p USING (org_id, sync_id) WHERE p.completed_at IS NULL`,
      );
      if (open.length === 0) return;
      for (const { org_id, sync_id, status } of open)
        if (status === 'paused') await this.organizations.find(({ id }) => id === org_id)?.control(sync_id, 'resume');
    }
  }

  /** After every transaction. */
  private look(): void {
    this.transactions += 1;
    const rows = this.world.engine.ask<{ kind: string; name: string; is: string }>(LOOK);
    for (const what of this.checker.check(rows)) this.note(what);
    for (const organization of this.organizations)
      for (const what of organization.twice()) this.note(`${organization.id}: ${what}`);
  }

  private note(what: string): void {
    if (this.broken.includes(what)) return;
    this.broken.push(what);
    this.world.tell(`BROKEN: ${what}`);
  }

  private get random() {
    return this.world.random;
  }

  private get isTroubled(): boolean {
    return Date.now() < this.troubledUntil;
  }

  private pass(leastMs: number, mostMs: number): Promise<void> {
    const ms = this.random.between(leastMs, mostMs);
    return new Promise((resolve) => setTimeout(resolve, ms));
  }
}

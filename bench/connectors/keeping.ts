import { join } from 'node:path';
import { type CleanUps, median } from '../support/bench.runner.ts';
import { ServiceUnderTest } from './service.under-test.ts';
import type { SyncResult } from './sync.client.ts';
import { SystemProcess } from './system.process.ts';

interface Cost {
  readonly seconds: number;
  readonly cpuSeconds: number;
}
type Sync = (service: ServiceUnderTest, name: string) => Promise<SyncResult>;

/** Sets full syncs that keep what they changed beside the same ones of a service that keeps nothing, alternating. */
export async function compareKeeping(
  cleanUps: CleanUps,
  folder: string,
  customers: number,
  rounds: number,
): Promise<void> {
  const shop = await SystemProcess.start('woocommerce', customers);
  cleanUps.push(() => shop.stop());
  const keeps = await ServiceUnderTest.start(cleanUps, join(folder, 'keeps'));
  const none = await ServiceUnderTest.start(cleanUps, join(folder, 'keeps-nothing'), { SYNC_ORG_CHANGES_MIB: '0' });
  console.log(
    `\nkeeping: ${customers} customers of a shop, all new, ${rounds} rounds, beside the same service that keeps no changes, alternating`,
  );
  const intoRecords: Sync = async ({ client }, name) => client.sync(await client.connect(shop, name));
  const intoOdoo: Sync = async ({ client }, name) => {
    // Another one each time, since what is there already is not made again.
    const odoo = await SystemProcess.start('odoo', 0);
    try {
      return await client.sync(await client.connect(shop, `shop ${name}`), await client.connect(odoo, `odoo ${name}`));
    } finally {
      await odoo.stop();
    }
  };
  for (const [title, sync] of [
    ['into the records', intoRecords],
    ['into an Odoo', intoOdoo],
  ] as const) {
    const ratios: Cost[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const costs = new Map<ServiceUnderTest, Cost>();
      for (const service of round % 2 ? [keeps, none] : [none, keeps])
        costs.set(service, await costOf(service, sync, `${title}, round ${round}`));
      const [kept, bare] = [costs.get(keeps), costs.get(none)] as [Cost, Cost];
      // The first round warms both up.
      if (round === 0) continue;
      ratios.push({ seconds: kept.seconds / bare.seconds, cpuSeconds: kept.cpuSeconds / bare.cpuSeconds });
      console.log(`${title}, round ${round}: kept ${text(kept)}, not kept ${text(bare)}`);
    }
    const ratio = (of: keyof Cost) => median(ratios.map((one) => one[of])).toFixed(2);
    console.log(`median ratio ${title}, kept / not kept: time ${ratio('seconds')}, CPU ${ratio('cpuSeconds')}`);
  }
}

async function costOf(service: ServiceUnderTest, sync: Sync, name: string): Promise<Cost> {
  await service.checkpoint();
  const before = service.cpuSeconds();
  const { seconds } = await sync(service, name);
  return { seconds, cpuSeconds: service.cpuSeconds() - before };
}

const text = ({ seconds, cpuSeconds }: Cost) => `${seconds.toFixed(2)} s (CPU ${cpuSeconds.toFixed(2)} s)`;

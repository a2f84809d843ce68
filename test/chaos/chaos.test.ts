import { afterAll, describe, expect, it } from 'vitest';
import { cleanUp } from '../support/service-process.ts';
import { sql } from '../support/test-database.ts';
import type { Fault } from './chaos.types.ts';
import { FAULTS } from './faults.ts';
import { startService } from './service.subject.ts';
import { tryFault } from './trial.ts';

/** Short; `npm run chaos` tries all faults at its leisure. Whatever is never answered hangs, however busy the machine is. */
const SCALE = { customers: 400, leaseSeconds: 3, patienceMs: 60_000 };

afterAll(cleanUp);

const faultNamed = (name: string) => FAULTS.find((fault) => fault.name === name) as Fault;

describe('Under load, and struck by', () => {
  it.each(['worker killed (SIGKILL)', 'Postgres killed (SIGKILL)'])(
    '%s, the service recovers; nothing that it acknowledged is lost or there twice, and nothing hangs',
    async (name) => {
      const { isRecovered, tally } = await tryFault(faultNamed(name), startService, SCALE);
      expect(tally.acknowledged).toBeGreaterThan(400);
      expect({ isRecovered, ...tally }).toMatchObject({
        ...{ isRecovered: true, lost: 0, duplicated: 0, hung: 0, remarks: [] },
      });
    },
    240_000,
  );

  it('somebody who removes what was acknowledged and repeats an entry, it is found to have lost the one and doubled the other', async () => {
    const planted: Fault = {
      ...{ name: 'planted', means: '', forQueues: false },
      strike: async ({ adminUrl }) => {
        // Of syncs that nobody reports any more.
        const ended = `SELECT sync_id FROM public.sync_progress WHERE status = 'completed' AND sync_id LIKE 'load-%'`;
        await sql(adminUrl, `DELETE FROM public.sync_progress WHERE sync_id = (${ended} ORDER BY sync_id LIMIT 1)`);
        await sql(
          adminUrl,
          `INSERT INTO public.sync_activity_log (org_id, sync_id, activity_type, status, user_id)
           SELECT org_id, sync_id, activity_type, status, user_id FROM public.sync_activity_log
            WHERE activity_type = 'chaos' AND sync_id = (${ended} ORDER BY sync_id DESC LIMIT 1)`,
        );
      },
    };
    const { tally } = await tryFault(planted, startService, SCALE);
    expect(tally).toMatchObject({ lost: 3, duplicated: 1 });
  }, 240_000);
});

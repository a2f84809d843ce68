import { Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { ActivityService } from '../activity/activity.service.ts';
import { TASK_POOL } from '../database/database.module.ts';
import { TaskRunner } from '../jobs/task.runner.ts';
import { currentTenant, runAsWorker, type TenantTransaction } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import {
  type Erased,
  type ErasedPage,
  erasePage,
  eraseTokens,
  findTerms,
  STORES,
  type Subject,
} from './erased.stores.ts';
import {
  claimErasure,
  completeErasure,
  type ErasureStep,
  findSubjects,
  lockErasure,
  type OpenErasure,
  type StoreCount,
  saveErasure,
} from './erasure.sql.ts';

const EVERY_SECONDS = 5;
/** Rows of a turn: some ten milliseconds. */
const PAGE = 1_000;
/** Above what a turn takes. The turn of a worker that was killed goes on after it. */
const LEASE_SECONDS = 60;
/** Customers that one person may be. */
const MOST_SUBJECTS = 500;
/** A sync that is at work may write the person again. What it writes is looked for once a minute, this often. */
const MOST_PASSES = 30;
const AGAIN_AFTER_SECONDS = 60;

/** Erases a page at a time, the organizations in turn. Each turn is a transaction, so one that is cut off is done again. */
@Injectable()
export class ErasureWorker {
  constructor(
    @Inject(TASK_POOL) private readonly pool: pg.Pool,
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
    runner: TaskRunner,
  ) {
    runner.register({ name: 'erasures', everySeconds: EVERY_SECONDS, run: () => this.takeTurn() });
  }

  /** Returns 0 when none is open. */
  private async takeTurn(): Promise<number> {
    const { text, values } = claimErasure(LEASE_SECONDS);
    const { rows } = await this.pool.query<{ org_id: string; id: string }>(text, values as unknown[]);
    const [claimed] = rows;
    if (!claimed) return 0;
    await runAsWorker(claimed.org_id, () => this.goOn(claimed.id));
    return 1;
  }

  private goOn(id: string): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [open] = await transaction.query<OpenErasure>(lockErasure(orgId, id));
      if (!open) return;
      const begun = open.store === 0 && open.place === null ? await this.begin(transaction, open) : open;
      const step = await this.erase(transaction, begun);
      if (step.store < STORES.length) await transaction.query(saveErasure(orgId, id, step, 0));
      else await this.endPass(transaction, open, step);
    });
  }

  /** The tokens first: while the address is known, a new entry makes new ones, which the next pass takes. */
  private async begin(transaction: TenantTransaction, open: OpenErasure): Promise<OpenErasure> {
    const { orgId } = currentTenant();
    const subjects = await transaction.query<Subject>(findSubjects(orgId, open.email, open.subjects, MOST_SUBJECTS));
    const [found] = await transaction.query<{ terms: string | null }>(findTerms(orgId, subjects));
    // A pass knows also what the records said before the one that erased them.
    const terms = [...new Set([open.terms, found?.terms])].filter(Boolean).join('|') || null;
    const tokens = await transaction.query<object>(eraseTokens({ orgId, email: open.email, subjects, terms }));
    const stores = added(open.stores, 'trail', { looked_at: 0, erased: tokens.length });
    return { ...open, subjects, terms, stores, found: tokens.length };
  }

  private async erase(transaction: TenantTransaction, open: OpenErasure): Promise<ErasureStep> {
    const { orgId } = currentTenant();
    const store = STORES[open.store];
    if (!store) return open;
    const { email, subjects, terms } = open;
    const erased: Erased = { orgId, email, subjects, terms, pseudonym: pseudonymOf(open.id) };
    const [page] = await transaction.query<ErasedPage>(erasePage(store, erased, open.place, PAGE));
    const { looked_at, erased: count, place } = page as ErasedPage;
    return {
      ...open,
      stores: added(open.stores, store.name, { looked_at: open.pass === 1 ? looked_at : 0, erased: count }),
      found: open.found + count,
      ...{ place, store: place === null ? open.store + 1 : open.store },
    };
  }

  /** Done when a whole pass has found nothing. */
  private async endPass(
    transaction: TenantTransaction,
    { id, pass, reference }: OpenErasure,
    step: ErasureStep,
  ): Promise<void> {
    const { orgId } = currentTenant();
    if (step.found > 0 && pass < MOST_PASSES) {
      const next = { ...step, pass: pass + 1, store: 0, place: null, found: 0 };
      await transaction.query(saveErasure(orgId, id, next, pass === 1 ? 0 : AGAIN_AFTER_SECONDS));
      return;
    }
    const { email } = step;
    const kept = step.subjects.filter(
      ({ external_id }) => email === null || !external_id.toLowerCase().includes(email),
    );
    await transaction.query(completeErasure(orgId, id, kept, step.found));
    const erased = Object.values(step.stores).reduce((sum, store) => sum + store.erased, 0);
    await this.activity.append({
      ...{ activity_type: 'erasure_completed', status: step.found > 0 ? 'completed_with_errors' : 'completed' },
      ...{ record_count: erased, details: { erasure_id: id, reference, remaining: step.found } },
    });
  }
}

const pseudonymOf = (id: string): string => `erased-${id.slice(0, 8)}`;

function added(
  stores: Readonly<Record<string, StoreCount>>,
  name: string,
  { looked_at, erased }: StoreCount,
): Readonly<Record<string, StoreCount>> {
  const before = stores[name] ?? { looked_at: 0, erased: 0 };
  return { ...stores, [name]: { looked_at: before.looked_at + looked_at, erased: before.erased + erased } };
}

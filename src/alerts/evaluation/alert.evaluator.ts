import { Injectable } from '@nestjs/common';
import { AlertMetrics } from '../../metrics/alert.metrics.ts';
import { currentTenant } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { type OpenAlert, openAlerts } from '../alert.sql.ts';
import type { RuleRow } from '../alert.types.ts';
import { rulesOf } from '../rule.sql.ts';
import { AlertBook, MAX_OPEN } from './alert.book.ts';
import { AlertPublisher } from './alert.publisher.ts';
import type { EndedSync } from './ended.sync.ts';
import { decideEnds } from './ends.decision.ts';
import {
  endTurn,
  forgetOldSubjects,
  forgetOrganization,
  limitedSyncs,
  lockTurn,
  pastSyncs,
  saveSubjects,
  scheduledSubjects,
  subjectsOf,
  type TurnRow,
  takeEndedSyncs,
  watchedConnections,
} from './evaluation.sql.ts';
import { decideLook } from './look.decision.ts';
import type { LimitedSync, WatchedConnection } from './look.verdict.ts';
import { SubjectHistories } from './subject.histories.ts';
import type { SubjectRow } from './subject.history.ts';

/** Signals that are read at once: a turn takes some ten milliseconds, and who has more of them gets another one after the others. */
const SIGNALS_A_TURN = 200;
/** Ended syncs from which the past of a new organization is made. */
const SEEDED_SYNCS = 2_000;
/** Kinds of syncs of an organization that are watched. */
const MAX_SUBJECTS = 2_000;
const MAX_LIMITED = 500;
const LOOK_SECONDS = 60;

/** Evaluates the rules of one organization: reads what has ended and, when a look is due, what time has changed, and tells what is new. */
@Injectable()
export class AlertEvaluator {
  constructor(
    private readonly database: TenantDatabase,
    private readonly publisher: AlertPublisher,
    private readonly metrics: AlertMetrics,
  ) {}

  /** One turn, in one transaction. Runs as the organization. */
  run(): Promise<void> {
    const { orgId } = currentTenant();
    return this.database.transaction(async (transaction) => {
      const [turn] = await transaction.query<TurnRow>(lockTurn(orgId));
      if (!turn) return;
      const stored = await transaction.query<RuleRow>(rulesOf(orgId));
      const rules = stored.filter(({ enabled }) => enabled);
      const open = await transaction.query<OpenAlert>(openAlerts(orgId, MAX_OPEN));
      if (rules.length === 0 && open.length === 0) {
        await transaction.query(forgetOrganization(orgId));
        return;
      }
      const connections = await transaction.query<WatchedConnection>(watchedConnections(orgId));
      const book = new AlertBook(open);
      const world = { rules, open, connections, book };

      const ended = await transaction.query<EndedSync>(takeEndedSyncs(orgId, SIGNALS_A_TURN));
      if (!turn.is_seeded) await this.seed(orgId, ended);
      if (ended.length > 0) {
        const histories = await this.histories(orgId, ended);
        decideEnds(world, ended, histories);
        await transaction.query(saveSubjects(orgId, histories.changed, MAX_SUBJECTS));
      }
      const limited = turn.is_due ? await this.look(world, turn) : null;
      const messages = await this.publisher.store(book, stored);
      const reminders = turn.is_due ? await this.publisher.remind(stored) : 0;
      await transaction.query(endTurn(orgId, limited, turn.is_due ? LOOK_SECONDS : null));
      this.metrics.evaluated(ended.length, messages + reminders);
    });
  }

  /** The past of an organization that has its first rule, without what it was just told of. */
  private async seed(orgId: string, told: readonly EndedSync[]): Promise<void> {
    const ids = told.map(({ sync_id }) => sync_id);
    const past = await this.database.query<EndedSync>(pastSyncs(orgId, ids, SEEDED_SYNCS));
    const histories = new SubjectHistories([]);
    for (const sync of past) histories.add(sync);
    await this.database.query(saveSubjects(orgId, histories.changed, MAX_SUBJECTS));
  }

  private async histories(orgId: string, ended: readonly EndedSync[]): Promise<SubjectHistories> {
    const names = SubjectHistories.namesOf(ended);
    return new SubjectHistories(await this.database.query<SubjectRow>(subjectsOf(orgId, names)));
  }

  /** What time decides. Returns since when syncs wait for rate limits. */
  private async look(world: Parameters<typeof decideLook>[0], turn: TurnRow): Promise<Record<string, string>> {
    const { orgId } = currentTenant();
    await this.database.query(forgetOldSubjects(orgId));
    const subjects = await this.database.query<SubjectRow>(subjectsOf(orgId, null));
    const scheduled = await this.database.query<{ subject: string }>(scheduledSubjects(orgId));
    const limited = await this.database.query<LimitedSync>(limitedSyncs(orgId, MAX_LIMITED));
    const since = Object.fromEntries(limited.map(({ sync_id }) => [sync_id, turn.limited[sync_id] ?? turn.at]));
    decideLook(world, {
      ...{ now: Date.parse(turn.at), subjects, limited, limitedSince: since },
      scheduled: new Set(scheduled.map(({ subject }) => subject)),
    });
    return since;
  }
}

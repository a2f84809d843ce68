import { Injectable } from '@nestjs/common';
import { hasRight } from '../auth/rights.ts';
import { decodeCursor, type Keyset, type Page, toPage } from '../common/cursor.ts';
import { Problem } from '../common/problem.ts';
import { checkEach, validateItem } from '../common/validation.ts';
import { actingFor, currentTenant, runAsTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { activityErrors, activityPage, appendActivity, partitionsOf, slowActivity } from './activity.sql.ts';
import type {
  ActivityDto,
  ActivityErrorDto,
  ActivityTrendDto,
  BulkAppendResultsDto,
  SlowActivityDto,
} from './dto/activity.dto.ts';
import {
  type ActivityFilterQuery,
  type ActivityQuery,
  AppendActivityDto,
  type PeriodQuery,
  type SlowActivityQuery,
  type TrendsQuery,
} from './dto/requests.dto.ts';
import { type ErrorGroup, isFound, maskedEntry, maskedErrors, type SearchedEntry } from './masked.trail.ts';
import { type Period, periodOf } from './period.ts';
import { activityTrends } from './trends/trend.sql.ts';

const EXPORT_PAGE = 1_000;
const ALL_TIME: Period = { days: null, from: null, to: null };
const DEFAULT_DAYS = 7;
/** Groups of failures that are shown, and that are read for whoever sees several of them as one. */
const MOST_ERRORS = 200;
const READ_ERRORS = 10_000;
/** Entries that a search looks at for one page, when most of what it may find is masked. */
const SEARCHED_PAGE = 1_000;
const SEARCHED_PAGES = 20;
/** The guide's errors and trends look a month back. */
const REPORT_DAYS = 30;

@Injectable()
export class ActivityService {
  constructor(private readonly database: TenantDatabase) {}

  async list(query: ActivityQuery): Promise<Page<ActivityDto>> {
    const limit = query.limit ?? 100;
    const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
    return toPage(await this.page(query, periodFor(query), after, limit + 1), limit, keysetOf);
  }

  /**
   * The whole filtered trail, newest first, page by page: no transaction is open while the reader is slow, and memory holds
   * one page however long the trail is. Resolves with the first page read, so that an error can still be sent as a problem. Ends with
   * an error, and not as if it were whole, when a month of the period is detached meanwhile.
   */
  async export(filter: ActivityFilterQuery): Promise<AsyncGenerator<ActivityDto>> {
    // The reader pulls outside the request's context, so later pages are read in the context of this moment.
    const tenant = currentTenant();
    const period = periodFor(filter);
    const partitions = (of: Period) => this.database.read<{ id: string }>(partitionsOf(of), 'export');
    const needed = await partitions(period);
    const next = (after?: Keyset) =>
      runAsTenant(tenant, async () => {
        const rows = await this.page(filter, period, after, EXPORT_PAGE, 'export');
        // After the page: whatever was missing from it is missing here, too. Of all time, since the last days move on meanwhile.
        const left = new Set((await partitions(ALL_TIME)).map(({ id }) => id));
        if (needed.some(({ id }) => !left.has(id))) throw monthRemoved();
        return rows;
      });
    return pages(await next(), next);
  }

  async errors(query: PeriodQuery): Promise<ActivityErrorDto[]> {
    const period = periodOf(query, REPORT_DAYS);
    const errors = <Row extends ActivityErrorDto>(most: number) => {
      const reader = { seesPersons: seesPersons(), most };
      return this.database.read<Row>(activityErrors(currentTenant().orgId, period, query.entity_type ?? null, reader));
    };
    return seesPersons() ? errors(MOST_ERRORS) : maskedErrors(await errors<ErrorGroup>(READ_ERRORS), MOST_ERRORS);
  }

  trends(query: TrendsQuery): Promise<ActivityTrendDto[]> {
    const period = periodOf(query, REPORT_DAYS);
    const { entity_type = null, include_failed = false } = query;
    return this.database.read(activityTrends(currentTenant().orgId, period, entity_type, include_failed));
  }

  /** Against the usual speed of their kind; a kind of which there are few has none. */
  slow(query: SlowActivityQuery): Promise<SlowActivityDto[]> {
    const period = periodOf(query, REPORT_DAYS);
    const { entity_type = null, below = 0.5 } = query;
    return this.database.read(slowActivity(currentTenant().orgId, period, entity_type, below));
  }

  async append(entry: AppendActivityDto): Promise<ActivityDto> {
    const [row] = await this.insert([withUser(entry)]);
    return row as ActivityDto;
  }

  /** Appends what is valid, all in one statement; each item has its own result. */
  async appendMany(items: readonly unknown[]): Promise<BulkAppendResultsDto> {
    const checked = checkEach(items, (item) => withUser(validateItem(AppendActivityDto, item)));
    const valid = checked.filter((item) => !(item instanceof Problem));
    const rows = (valid.length > 0 ? await this.insert(valid) : []).values();
    return {
      items: checked.map((item) =>
        item instanceof Problem
          ? { status: item.status, problem: item.body() as BulkAppendResultsDto['items'][number]['problem'] }
          : { status: 201, activity: rows.next().value as ActivityDto },
      ),
    };
  }

  private insert(entries: readonly (AppendActivityDto & { user_id: string })[]): Promise<ActivityDto[]> {
    return this.database.query<ActivityDto>(appendActivity(currentTenant().orgId, entries, seesPersons()));
  }

  private async page(
    filter: ActivityFilterQuery,
    period: Period,
    after: Keyset | undefined,
    limit: number,
    kind: 'read' | 'export' = 'read',
  ): Promise<ActivityDto[]> {
    const { orgId } = currentTenant();
    if (seesPersons()) {
      const page = { period, filter, after, limit, seesPersons: true };
      return this.database.read<ActivityDto>(activityPage(orgId, page), kind);
    }
    const isSearch = filter.q !== undefined || filter.error_message !== undefined;
    const size = isSearch ? SEARCHED_PAGE : limit;
    const found: SearchedEntry[] = [];
    let from = after;
    for (let pages = 0; pages < SEARCHED_PAGES; pages++) {
      const page = { period, filter, after: from, limit: size, seesPersons: false };
      const rows = await this.database.read<SearchedEntry>(activityPage(orgId, page), kind);
      found.push(...rows.filter((row) => isFound(row, filter)));
      if (found.length >= limit || rows.length < size) return found.slice(0, limit).map(maskedEntry);
      from = keysetOf(rows.at(-1) as SearchedEntry);
    }
    throw searchesTooMuch();
  }
}

/** One sync's or one user's entries are few and have their own index: all of them, unless a period is named. */
function periodFor(filter: ActivityFilterQuery): Period {
  return periodOf(filter, filter.sync_id !== undefined || filter.user_id !== undefined ? null : DEFAULT_DAYS);
}

/** Entries written meanwhile are newer than the first page and so never shift the pages to come. */
async function* pages(
  first: ActivityDto[],
  next: (after: Keyset) => Promise<ActivityDto[]>,
): AsyncGenerator<ActivityDto> {
  let rows = first;
  yield* rows;
  while (rows.length === EXPORT_PAGE) {
    rows = await next(keysetOf(rows[EXPORT_PAGE - 1] as ActivityDto));
    yield* rows;
  }
}

const monthRemoved = (): Problem =>
  new Problem(
    'unavailable',
    'A month of the period was removed by the retention while it was exported; export again.',
    {
      retryAfter: 1,
    },
  );

const searchesTooMuch = (): Problem => {
  const detail = 'finds too many entries whose messages you may not see; search a shorter period';
  return new Problem('invalid-request', `The search ${detail}.`, { errors: [{ parameter: 'from', detail }] });
};

/** Who may not see the values of items sees tokens where entries name people. */
const seesPersons = (): boolean => hasRight(currentTenant().principal.scopes, 'payloads');

const keysetOf = ({ created_at, id }: ActivityDto): Keyset => ({ at: created_at, id });

const withUser = (entry: AppendActivityDto): AppendActivityDto & { user_id: string } => ({
  ...entry,
  user_id: actingFor(entry.user_id, 'user_id'),
});

import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Problem } from '../common/problem.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { type Counting, type StoredUsage, usageOf } from './usage.sql.ts';

export type Quota = keyof StoredUsage | 'streams';

/** How long a count is believed. What is added meanwhile is counted here; another replica may add as much beside it. */
const FRESH_MS = 5_000;
/** Of all organizations together, each of one quota. */
const MOST_COUNTS = 50_000;
const MIB = 1024 * 1024;
/** Of one checkpoint. */
const MAX_CHECKPOINT_BYTES = 64 * 1024;

/** At work at once. Each takes its turn page by page, so more would only wait. */
const MOST_ERASURES = 20;

const NAMES: Readonly<Record<Quota, string>> = {
  active_syncs: 'active syncs',
  connections: 'connections',
  schedules: 'schedules',
  webhook_endpoints: 'webhook endpoints',
  alert_rules: 'alert rules',
  keys: 'keys, those that ended within 90 days included',
  members: 'members',
  erasures: 'erasures at work',
  preview_bytes: 'bytes of stored previews',
  checkpoint_bytes: 'bytes of checkpoints',
  records: 'records',
  found_bytes: 'bytes of what previews and reconciles found',
  change_bytes: 'bytes of kept changes',
  item_bytes: 'bytes of what was told of single items',
  streams: 'open streams of this process',
};

const STORED = (Object.keys(NAMES) as Quota[]).filter((name) => name !== 'streams');

interface Counted {
  used: number;
}

/** What each organization may have at once, so that none fills the disk or the memory of all. */
@Injectable()
export class Quotas {
  readonly limits: Readonly<Record<Quota, number>>;
  private readonly counting: Counting;
  private readonly counted = new LRUCache<string, Counted, keyof StoredUsage>({
    max: MOST_COUNTS,
    ttl: FRESH_MS,
    // Those that ask while a count is under way wait for that one.
    fetchMethod: (_key, _stale, { context }) => this.countOne(context),
    // Also when another count is there first.
    ignoreFetchAbort: true,
  });
  private readonly streams = new Map<string, number>();

  constructor(
    private readonly database: TenantDatabase,
    @Inject(ENVIRONMENT) env: Environment,
  ) {
    this.limits = Object.freeze({
      active_syncs: env.SYNC_ORG_ACTIVE_SYNCS,
      connections: env.SYNC_ORG_CONNECTIONS,
      schedules: env.SYNC_ORG_SCHEDULES,
      webhook_endpoints: env.SYNC_ORG_WEBHOOK_ENDPOINTS,
      alert_rules: env.SYNC_ORG_ALERT_RULES,
      keys: env.SYNC_ORG_KEYS,
      members: env.SYNC_ORG_MEMBERS,
      erasures: MOST_ERASURES,
      preview_bytes: env.SYNC_ORG_PREVIEW_MIB * MIB,
      checkpoint_bytes: env.SYNC_ORG_ACTIVE_SYNCS * MAX_CHECKPOINT_BYTES,
      records: env.SYNC_ORG_RECORDS,
      found_bytes: env.SYNC_ORG_FOUND_MIB * MIB,
      change_bytes: env.SYNC_ORG_CHANGES_MIB * MIB,
      item_bytes: env.SYNC_ORG_ITEMS_MIB * MIB,
      streams: env.SYNC_ORG_STREAMS,
    });
    this.counting = {
      most: this.limits,
      retentionDays: { changes: env.SYNC_CHANGES_RETENTION_DAYS, items: env.SYNC_ITEMS_RETENTION_DAYS },
    };
  }

  /** Counts `amount` more for the organization of the request. Throws Problem quota-exceeded when that is too many. */
  async take(quota: keyof StoredUsage, amount = 1): Promise<void> {
    const count = await this.count(quota);
    if (count.used + amount > this.limits[quota]) throw exceeded(quota, this.limits[quota]);
    count.used += amount;
  }

  /** How much more may be stored; zero when it is full. */
  async room(quota: keyof StoredUsage): Promise<number> {
    return Math.max(this.limits[quota] - (await this.count(quota)).used, 0);
  }

  /** For whoever finds out while it is at work. */
  exceeded(quota: keyof StoredUsage): Problem {
    return exceeded(quota, this.limits[quota]);
  }

  /** As `take`, for a stream; call what it returns when the stream ends. */
  openStream(): () => void {
    const { orgId } = currentTenant();
    const open = this.streams.get(orgId) ?? 0;
    if (open >= this.limits.streams) throw exceeded('streams', this.limits.streams);
    this.streams.set(orgId, open + 1);
    return () => {
      const left = (this.streams.get(orgId) ?? 1) - 1;
      if (left === 0) this.streams.delete(orgId);
      else this.streams.set(orgId, left);
    };
  }

  /** Of the organization of the request, counted now. */
  async usage(): Promise<Record<Quota, number>> {
    const { orgId } = currentTenant();
    const used = await this.countStored(STORED);
    for (const quota of STORED) this.counted.set(keyOf(orgId, quota), { used: used[quota] });
    return { ...used, streams: this.streams.get(orgId) ?? 0 };
  }

  private async count(quota: keyof StoredUsage): Promise<Counted> {
    const { orgId, transaction } = currentTenant();
    const key = keyOf(orgId, quota);
    const known = this.counted.get(key);
    if (known) return known;
    // Who holds a connection waits for nobody who may be waiting for one.
    if (!transaction) return (await this.counted.fetch(key, { context: quota })) as Counted;
    const counted = await this.countOne(quota);
    this.counted.set(key, counted);
    return counted;
  }

  private async countOne(quota: keyof StoredUsage): Promise<Counted> {
    return { used: (await this.countStored([quota]))[quota] };
  }

  private async countStored<Q extends keyof StoredUsage>(quotas: readonly Q[]): Promise<Record<Q, number>> {
    const [row] = await this.database.read<Record<Q, number>>(usageOf(currentTenant().orgId, quotas, this.counting));
    return row as Record<Q, number>;
  }
}

const keyOf = (orgId: string, quota: Quota): string => `${quota} ${orgId}`;

function exceeded(quota: Quota, limit: number): Problem {
  return new Problem('quota-exceeded', `Your organization may have ${limit} ${NAMES[quota]}.`);
}

import { Injectable } from '@nestjs/common';
import { ActivityService } from '../../activity/activity.service.ts';
import { Problem } from '../../common/problem.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { ConnectorError } from '../contract/connector.error.ts';
import { anotherSystem, SystemBinder } from '../systems/system.binder.ts';
import { ConnectionService } from './connection.service.ts';
import { findChecks, storeCheck } from './connection.sql.ts';
import type { OpenedConnection } from './connection.types.ts';
import type { CheckedSystemDto, ConnectionCheckDto } from './dto/connection.dto.ts';
import type { ConnectionChecksDto } from './dto/connection-check.dto.ts';

/** Leaves time for the retries of a slow system. */
const TIMEOUT_MS = 30_000;
/** Of a text that comes from the system. */
const MAX_LENGTH = 1_000;

/** Calls the system and stores the result. No transaction is open during the call. */
@Injectable()
export class ConnectionChecker {
  constructor(
    private readonly database: TenantDatabase,
    private readonly connections: ConnectionService,
    private readonly activity: ActivityService,
    private readonly binder: SystemBinder,
  ) {}

  /** A system that cannot be used gives a result with `ok: false`, not a Problem. */
  async check(id: string): Promise<ConnectionCheckDto> {
    const opened = await this.connections.open(id);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const began = performance.now();
    const outcome = await outcomeOf(opened, signal, () => this.compare(opened, signal));
    await this.store(opened, outcome, Math.round(performance.now() - began));
    return outcome;
  }

  /** The last checks. Throws not-found. */
  async history(id: string): Promise<ConnectionChecksDto> {
    await this.connections.get(id);
    const [row] = await this.database.read<{ checks: ConnectionChecksDto['items'] }>(
      findChecks(currentTenant().orgId, id),
    );
    return { items: row?.checks ?? [] };
  }

  /** Binds a connection that leads nowhere yet to the system that it finds. */
  private async compare({ connection, session }: OpenedConnection, signal: AbortSignal): Promise<CheckedSystemDto> {
    const found = await session.identify(signal);
    const { likeness, system } = await this.binder.standing(connection, found);
    if (likeness === 'unclear' || likeness === 'another')
      return { likeness, detail: anotherSystem(connection, likeness).message };
    await this.binder.bind(connection, found, system);
    if (likeness === 'new') return { likeness, detail: 'Nothing was synced with this system before.' };
    const known = connection.system_id === null ? 'an earlier or another connection' : 'this connection';
    return { likeness, detail: `It is the system that ${known} led to: its bindings hold.` };
  }

  private async store({ connection }: OpenedConnection, outcome: ConnectionCheckDto, tookMs: number): Promise<void> {
    const { orgId } = currentTenant();
    const { id, name, system, access_revision: revision } = connection;
    const { error, version, account, warnings, credentials_expire_at: credentialsExpireAt } = outcome;
    const state = error ? { failure: error.message } : { version, account, warnings, credentialsExpireAt };
    const check = {
      ...{ ok: outcome.ok, kind: error?.kind ?? null, message: error?.message ?? null, version },
      ...{ took_ms: tookMs, checked_by: currentUser() },
    };
    await this.database.transaction(async (transaction) => {
      const [stored] = await transaction.query(storeCheck(orgId, id, revision, check, state));
      if (!stored || !error) return;
      await this.activity.append({
        ...{ activity_type: 'connection_check_failed', status: 'failed', source_system: system },
        error_message: error.message,
        details: { connection_id: id, name, kind: error.kind },
      });
    });
  }
}

async function outcomeOf(
  { session, redact }: OpenedConnection,
  signal: AbortSignal,
  compare: () => Promise<CheckedSystemDto>,
): Promise<ConnectionCheckDto> {
  const text = (value: string) => storable(redact(value));
  try {
    const { version, account, credentials_expire_at: expires, warnings } = await session.check(signal);
    const system = await compare();
    const isOther = system.likeness === 'unclear' || system.likeness === 'another';
    return {
      ok: !isOther,
      version: version && text(version),
      account: account && text(account),
      credentials_expire_at: expires && dateOrNull(expires),
      warnings: warnings.map(text),
      system,
      ...(isOther && { error: { kind: 'rejected' as const, message: system.detail } }),
    };
  } catch (error) {
    const timedOut = signal.aborted;
    if (!(error instanceof ConnectorError) && !timedOut) throw error;
    const kind = timedOut ? 'timeout' : (error as ConnectorError).kind;
    if (kind === 'aborted') throw new Problem('unavailable', 'The service is stopping; try again.', { retryAfter: 5 });
    const message = timedOut
      ? `The system did not respond within ${TIMEOUT_MS / 1000} seconds.`
      : text((error as ConnectorError).quoting) || kind;
    const nothing = { version: null, account: null, credentials_expire_at: null, warnings: [], system: null };
    return { ok: false, ...nothing, error: { kind, message } };
  }
}

/** Postgres cannot store NUL or a lone surrogate. */
const storable = (text: string): string => text.replaceAll('\0', '').slice(0, MAX_LENGTH).toWellFormed();

const dateOrNull = (text: string): string | null => {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
};

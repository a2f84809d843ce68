import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { Public } from '../auth/auth.decorators.ts';
import { within } from '../common/clock.ts';
import { Operation } from '../common/operation.ts';
import { Problem } from '../common/problem.ts';
import { HEALTH_POOL } from '../database/database.module.ts';
import type { Statement } from '../database/database.ts';
import { differenceSinceMigrated } from '../database/fingerprint.ts';
import { assertWritable, notAsMigrated, queryOf, schemaState } from '../database/readiness.ts';
import { Draining } from './draining.ts';

/** Probes give up after a second or two: a late answer is none. */
const ANSWER_WITHIN_MS = 1_700;
const COMPARE_EVERY_MS = 15_000;

export class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status: 'ok';
}

export class AlertingHealthDto extends HealthDto {
  @ApiProperty({
    format: 'date-time',
    description: 'When the evaluation of alert rules was last seen not to be overdue',
    example: '2026-11-22T14:00:03.123456+00:00',
  })
  alive_at: string;
}

/** Of the task alert-heartbeat, which runs once a minute on one of the replicas. */
interface Heartbeat {
  readonly alive_at: string;
  readonly age_seconds: number;
  readonly last_error: string | null;
}
const HEARTBEAT: Statement = {
  text: `
    SELECT finished_at AS alive_at, extract(epoch FROM now() - coalesce(finished_at, started_at))::double precision AS age_seconds,
           last_error
      FROM app.scheduled_tasks WHERE name = 'alert-heartbeat'`,
};
/** Some turns of the task may be late. */
const DEAD_AFTER_SECONDS = 300;

@ApiTags('health')
@Controller('health')
export class HealthController {
  private compareAgainAt = 0;

  constructor(
    @Inject(HEALTH_POOL) private readonly pool: pg.Pool,
    private readonly draining: Draining,
  ) {}

  @Get('live')
  @Public()
  @Operation({
    id: 'healthLive',
    summary: 'Whether the process responds',
    ok: [{ status: 200, description: 'Alive', type: HealthDto }],
    isPublic: true,
  })
  live(): HealthDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @Public()
  @Operation({
    id: 'healthReady',
    summary: 'Whether the database responds and is migrated',
    ok: [{ status: 200, description: 'Ready for requests', type: HealthDto }],
    isPublic: true,
  })
  async ready(): Promise<HealthDto> {
    if (this.draining.isDraining) throw new Problem('unavailable', 'The service is stopping.', { retryAfter: 1 });
    const check = this.check();
    if (!(await within(ANSWER_WITHIN_MS, check)))
      throw new Problem('unavailable', 'The database does not answer.', { retryAfter: 2 });
    return check;
  }

  @Get('alerting')
  @Public()
  @Operation({
    id: 'healthAlerting',
    summary: 'Whether alert rules are evaluated',
    description:
      'For a monitor outside: it says no when no worker evaluates alert rules, which otherwise looks like a service in which nothing fails.',
    ok: [{ status: 200, description: 'They are', type: AlertingHealthDto }],
    isPublic: true,
  })
  async alerting(): Promise<AlertingHealthDto> {
    const { rows } = await this.pool.query<Heartbeat>(HEARTBEAT.text);
    const [beat] = rows;
    const dead = (why: string) => new Problem('unavailable', why, { retryAfter: 60 });
    if (!beat) throw dead('No worker has evaluated alert rules yet.');
    if (beat.age_seconds > DEAD_AFTER_SECONDS)
      throw dead(`No worker has evaluated alert rules for ${Math.round(beat.age_seconds)} seconds.`);
    if (beat.last_error !== null) throw dead('Alert rules are not evaluated in time; the log of the service says why.');
    return { status: 'ok', alive_at: beat.alive_at };
  }

  /** Costs some milliseconds, and probes come from strangers, too. */
  private async compare(): Promise<void> {
    if (performance.now() < this.compareAgainAt) return;
    const difference = await differenceSinceMigrated(queryOf(this.pool));
    if (difference) throw new Problem('unavailable', notAsMigrated(difference).message, { retryAfter: 5 });
    this.compareAgainAt = performance.now() + COMPARE_EVERY_MS;
  }

  private async check(): Promise<HealthDto> {
    const state = await schemaState(this.pool);
    if (state === 'behind')
      throw new Problem('unavailable', 'The database is not migrated to this version.', { retryAfter: 5 });
    await assertWritable(this.pool);
    // While a newer version is deployed, the database is as that one wants it.
    if (state === 'current') await this.compare();
    return { status: 'ok' };
  }
}

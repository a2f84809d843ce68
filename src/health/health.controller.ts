import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { Public } from '../auth/auth.decorators.ts';
import { within } from '../common/clock.ts';
import { Operation } from '../common/operation.ts';
import { Problem } from '../common/problem.ts';
import { HEALTH_POOL } from '../database/database.module.ts';
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

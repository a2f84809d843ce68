import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { Public } from '../auth/auth.decorators.ts';
import { within } from '../common/deadline.ts';
import { Operation } from '../common/operation.ts';
import { Problem } from '../common/problem.ts';
import { HEALTH_POOL } from '../database/database.module.ts';
import { assertWritable, schemaState } from '../database/readiness.ts';
import { Draining } from './draining.ts';

/** Probes give up after a second or two: a late answer is none. */
const ANSWER_WITHIN_MS = 1_700;

export class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status: 'ok';
}

@ApiTags('health')
@Controller('health')
export class HealthController {
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

  private async check(): Promise<HealthDto> {
    if ((await schemaState(this.pool)) === 'behind')
      throw new Problem('unavailable', 'The database is not migrated to this version.', { retryAfter: 5 });
    await assertWritable(this.pool);
    return { status: 'ok' };
  }
}

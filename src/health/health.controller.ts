import { Controller, Get, Inject } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type pg from 'pg';
import { Public } from '../auth/auth.decorators.ts';
import { Operation } from '../common/operation.ts';
import { Problem } from '../common/problem.ts';
import { HEALTH_POOL } from '../database/database.module.ts';
import { schemaState } from '../database/readiness.ts';

export class HealthDto {
  @ApiProperty({ enum: ['ok'], example: 'ok' })
  status: 'ok';
}

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(@Inject(HEALTH_POOL) private readonly pool: pg.Pool) {}

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
    if ((await schemaState(this.pool)) === 'behind')
      throw new Problem('unavailable', 'The database is not migrated to this version.');
    return { status: 'ok' };
  }
}

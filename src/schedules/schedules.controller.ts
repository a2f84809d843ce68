import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../common/operation.ts';
import { ConnectionIdParam } from '../connectors/connections/dto/requests.dto.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { ChangeScheduleDto, CreateScheduleDto, ScheduleIdParam, SchedulesQuery } from './dto/requests.dto.ts';
import { ScheduleDto, ScheduleListDto } from './dto/schedule.dto.ts';
import { SchedulesService } from './schedules.service.ts';

@ApiTags('schedules')
@Controller('api/sync')
export class SchedulesController {
  constructor(private readonly schedules: SchedulesService) {}

  @Post('connections/:connection_id/schedules')
  @Idempotent()
  @Operation({
    id: 'createSchedule',
    summary: 'Create a schedule that syncs a connection at certain times',
    description:
      'A time is skipped while the last sync of the schedule is still active. If times are missed because no worker is running, one sync makes up for them.',
    ok: [
      { status: 201, description: 'Created', type: ScheduleDto, headers: { Location: 'The address of the schedule' } },
    ],
    problems: ['not-found', 'conflict'],
  })
  async create(
    @Param() { connection_id }: ConnectionIdParam,
    @Body() body: CreateScheduleDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ScheduleDto> {
    const schedule = await this.schedules.create(connection_id, body);
    reply.header('location', `/api/sync/schedules/${schedule.id}`);
    return schedule;
  }

  @Get('connections/:connection_id/schedules')
  @Operation({
    id: 'listSchedules',
    summary: 'List the schedules of a connection, oldest first',
    ok: [{ status: 200, description: 'All schedules of the connection', type: ScheduleListDto }],
    problems: ['not-found'],
  })
  list(@Param() { connection_id }: ConnectionIdParam): Promise<ScheduleListDto> {
    return this.schedules.list(connection_id);
  }

  @Get('schedules')
  @Operation({
    id: 'listAllSchedules',
    summary: 'List the schedules of the organization, oldest first',
    description: 'Filters leave what reads from a connection, or what writes to one.',
    ok: [{ status: 200, description: 'All schedules that match', type: ScheduleListDto }],
  })
  all(@Query() query: SchedulesQuery): Promise<ScheduleListDto> {
    return this.schedules.all(query);
  }

  @Get('schedules/:schedule_id')
  @Operation({
    id: 'getSchedule',
    summary: 'Read a schedule',
    ok: [{ status: 200, description: 'The schedule', type: ScheduleDto }],
    problems: ['not-found'],
  })
  get(@Param() { schedule_id }: ScheduleIdParam): Promise<ScheduleDto> {
    return this.schedules.get(schedule_id);
  }

  @Patch('schedules/:schedule_id')
  @Operation({
    id: 'changeSchedule',
    summary: 'Change, disable or enable a schedule',
    description: 'Fields that are omitted keep their values.',
    ok: [{ status: 200, description: 'The changed schedule', type: ScheduleDto }],
    problems: ['not-found', 'conflict'],
  })
  change(@Param() { schedule_id }: ScheduleIdParam, @Body() body: ChangeScheduleDto): Promise<ScheduleDto> {
    return this.schedules.change(schedule_id, body);
  }

  @Delete('schedules/:schedule_id')
  @HttpCode(204)
  @Operation({
    id: 'removeSchedule',
    summary: 'Remove a schedule',
    description: 'A sync that the schedule has started continues.',
    ok: [{ status: 204, description: 'Removed' }],
    problems: ['not-found'],
  })
  remove(@Param() { schedule_id }: ScheduleIdParam): Promise<void> {
    return this.schedules.remove(schedule_id);
  }
}

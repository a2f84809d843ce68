import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Page } from '../common/cursor.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { AlertsService } from './alerts.service.ts';
import { AlertDto, AlertPageDto } from './dto/alert.dto.ts';
import {
  AcknowledgeAlertDto,
  AlertIdParam,
  AlertsQuery,
  MuteAlertDto,
  ResolveAlertDto,
} from './dto/alert-requests.dto.ts';

@ApiTags('alerts')
@Controller('api/sync/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsService) {}

  @Get()
  @Operation({
    id: 'listAlerts',
    summary: 'List open and past alerts, newest first',
    description: 'Past ones are kept for 90 days.',
    ok: [{ status: 200, description: 'A page', type: AlertPageDto }],
  })
  list(@Query() query: AlertsQuery): Promise<Page<AlertDto>> {
    return this.alerts.list(query);
  }

  @Get(':alert_id')
  @Operation({
    id: 'getAlert',
    summary: 'Read an alert',
    ok: [{ status: 200, description: 'The alert', type: AlertDto }],
    problems: ['not-found'],
  })
  get(@Param() { alert_id }: AlertIdParam): Promise<AlertDto> {
    return this.alerts.get(alert_id);
  }

  @Post(':alert_id/acknowledge')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'acknowledgeAlert',
    summary: 'Say that somebody is at it',
    description: 'It is not told again before `until`; that it is resolved is told.',
    ok: [{ status: 200, description: 'The alert', type: AlertDto }],
    problems: ['not-found', 'conflict'],
  })
  acknowledge(@Param() { alert_id }: AlertIdParam, @Body() body: AcknowledgeAlertDto): Promise<AlertDto> {
    return this.alerts.acknowledge(alert_id, body);
  }

  @Post(':alert_id/mute')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'muteAlert',
    summary: 'Have nothing told of it until a time',
    description: 'Also when it is resolved and opens again. What is open at the end is told.',
    ok: [{ status: 200, description: 'The alert', type: AlertDto }],
    problems: ['not-found'],
  })
  mute(@Param() { alert_id }: AlertIdParam, @Body() body: MuteAlertDto): Promise<AlertDto> {
    return this.alerts.mute(alert_id, body);
  }

  @Post(':alert_id/unmute')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'unmuteAlert',
    summary: 'End a mute; what is open is told',
    ok: [{ status: 200, description: 'The alert', type: AlertDto }],
    problems: ['not-found'],
  })
  unmute(@Param() { alert_id }: AlertIdParam): Promise<AlertDto> {
    return this.alerts.unmute(alert_id);
  }

  @Post(':alert_id/resolve')
  @HttpCode(200)
  @Idempotent()
  @Operation({
    id: 'resolveAlert',
    summary: 'Resolve an alert by hand',
    description: 'For what no later sync resolves. It opens again when its rule holds again.',
    ok: [{ status: 200, description: 'The alert', type: AlertDto }],
    problems: ['not-found', 'conflict'],
  })
  resolve(@Param() { alert_id }: AlertIdParam, @Body() body: ResolveAlertDto): Promise<AlertDto> {
    return this.alerts.resolve(alert_id, body);
  }
}

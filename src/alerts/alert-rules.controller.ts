import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OrgQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { Idempotent } from '../idempotency/idempotency.interceptor.ts';
import { AlertRulesService } from './alert-rules.service.ts';
import { AlertRuleDto, AlertRuleListDto } from './dto/rule.dto.ts';
import { AlertRuleIdParam, ChangeAlertRuleDto, CreateAlertRuleDto, RULE_EXAMPLES } from './dto/rule-requests.dto.ts';

@ApiTags('alerts')
@Controller('api/sync/alert-rules')
export class AlertRulesController {
  constructor(private readonly rules: AlertRulesService) {}

  @Post()
  @Idempotent()
  @ApiBody({ type: CreateAlertRuleDto, examples: RULE_EXAMPLES })
  @Operation({
    id: 'createAlertRule',
    summary: 'Add an alert rule',
    description:
      'A rule watches what happens from now on. It opens one alert for each kind of sync or connection that it holds for, and resolves it when it does not hold any more.',
    ok: [{ status: 201, description: 'Added', type: AlertRuleDto, headers: { Location: 'The path of the rule' } }],
    problems: ['quota-exceeded', 'not-found'],
  })
  async create(
    @Body() body: CreateAlertRuleDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AlertRuleDto> {
    const created = await this.rules.create(body);
    reply.header('location', `/api/sync/alert-rules/${created.id}`);
    return created;
  }

  @Post('defaults')
  @Idempotent()
  @Operation({
    id: 'createDefaultAlertRules',
    summary: 'Add the recommended alert rules',
    description: 'Those whose kind your organization has no rule without a scope for. Returns all rules.',
    ok: [{ status: 201, description: 'All rules', type: AlertRuleListDto }],
    problems: ['quota-exceeded'],
  })
  createDefaults(): Promise<AlertRuleListDto> {
    return this.rules.addDefaults();
  }

  @Get()
  @Operation({
    id: 'listAlertRules',
    summary: 'List the alert rules, oldest first',
    ok: [{ status: 200, description: 'All rules', type: AlertRuleListDto }],
  })
  list(@Query() _query: OrgQuery): Promise<AlertRuleListDto> {
    return this.rules.list();
  }

  @Get(':rule_id')
  @Operation({
    id: 'getAlertRule',
    summary: 'Read an alert rule',
    ok: [{ status: 200, description: 'The rule', type: AlertRuleDto }],
    problems: ['not-found'],
  })
  get(@Param() { rule_id }: AlertRuleIdParam): Promise<AlertRuleDto> {
    return this.rules.get(rule_id);
  }

  @Patch(':rule_id')
  @Operation({
    id: 'changeAlertRule',
    summary: 'Change, disable or enable an alert rule',
    description:
      'Fields that are omitted keep their values. When it watches something else than before, its open alerts are resolved.',
    ok: [{ status: 200, description: 'The changed rule', type: AlertRuleDto }],
    problems: ['not-found'],
  })
  change(@Param() { rule_id }: AlertRuleIdParam, @Body() body: ChangeAlertRuleDto): Promise<AlertRuleDto> {
    return this.rules.change(rule_id, body);
  }

  @Delete(':rule_id')
  @HttpCode(204)
  @Operation({
    id: 'removeAlertRule',
    summary: 'Remove an alert rule; its open alerts are resolved',
    ok: [{ status: 204, description: 'Removed' }],
    problems: ['not-found'],
  })
  remove(@Param() { rule_id }: AlertRuleIdParam): Promise<void> {
    return this.rules.remove(rule_id);
  }
}

import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../../auth/auth.decorators.ts';
import { Operation } from '../../common/operation.ts';
import { Idempotent } from '../../idempotency/idempotency.interceptor.ts';
import { ConnectionChecker } from './connection.checker.ts';
import { ConnectionEditor } from './connection.editor.ts';
import { ConnectionPresenter } from './connection.presenter.ts';
import { ConnectionService } from './connection.service.ts';
import { ConnectionCheckDto, ConnectionDto, ConnectionPageDto, CreatedConnectionDto } from './dto/connection.dto.ts';
import { ChangeConnectionDto, ConnectionIdParam, ConnectionsQuery, CreateConnectionDto } from './dto/requests.dto.ts';
import { WebhookSecretInterceptor } from './webhook-secret.interceptor.ts';

@ApiTags('connections')
@Controller('api/sync/connections')
export class ConnectionController {
  constructor(
    private readonly connections: ConnectionService,
    private readonly editor: ConnectionEditor,
    private readonly checker: ConnectionChecker,
    private readonly present: ConnectionPresenter,
  ) {}

  @Post()
  @RequireScope('sync:admin')
  @Idempotent()
  // Below, and so around it.
  @UseInterceptors(WebhookSecretInterceptor)
  @Operation({
    id: 'createConnection',
    summary: 'Connect a shop or an ERP',
    description:
      'Stores the credentials encrypted; nothing is called yet, see check. The webhook secret is answered here only.',
    ok: [
      {
        status: 201,
        description: 'Connected',
        type: CreatedConnectionDto,
        headers: { Location: 'Where the connection is' },
      },
    ],
    problems: ['conflict', 'encryption-not-configured'],
  })
  async create(
    @Body() body: CreateConnectionDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CreatedConnectionDto> {
    const created = this.present.created(await this.editor.create(body));
    reply.header('location', `/api/sync/connections/${created.id}`);
    return created;
  }

  @Get()
  @RequireScope('sync:read')
  @Operation({
    id: 'listConnections',
    summary: 'Connections, newest first',
    ok: [{ status: 200, description: 'A page', type: ConnectionPageDto }],
  })
  async list(@Query() query: ConnectionsQuery): Promise<ConnectionPageDto> {
    return this.present.page(await this.connections.list(query));
  }

  @Get(':connection_id')
  @RequireScope('sync:read')
  @Operation({
    id: 'getConnection',
    summary: 'Read a connection',
    ok: [{ status: 200, description: 'The connection', type: ConnectionDto }],
    problems: ['not-found'],
  })
  async get(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionDto> {
    return this.present.one(await this.connections.get(connection_id));
  }

  @Patch(':connection_id')
  @RequireScope('sync:admin')
  @Operation({
    id: 'changeConnection',
    summary: 'Change a connection',
    description: 'What is left out stays. Another base_url or other credentials make it unchecked again.',
    ok: [{ status: 200, description: 'The connection as it is now', type: ConnectionDto }],
    problems: ['not-found', 'conflict', 'encryption-not-configured'],
  })
  async change(
    @Param() { connection_id }: ConnectionIdParam,
    @Body() body: ChangeConnectionDto,
  ): Promise<ConnectionDto> {
    return this.present.one(await this.editor.change(connection_id, body));
  }

  @Delete(':connection_id')
  @HttpCode(204)
  @RequireScope('sync:admin')
  @Operation({
    id: 'removeConnection',
    summary: 'Remove a connection',
    description: 'Its credentials are wiped at once.',
    ok: [{ status: 204, description: 'Removed' }],
    problems: ['not-found'],
  })
  remove(@Param() { connection_id }: ConnectionIdParam): Promise<void> {
    return this.editor.remove(connection_id);
  }

  // Takes no Idempotency-Key: that would hold a transaction open while the system is called; and asking again does no harm.
  @Post(':connection_id/check')
  @HttpCode(200)
  @RequireScope('sync:admin')
  @Operation({
    id: 'checkConnection',
    summary: 'Call the system and see whether the credentials work',
    description: 'Takes up to 30 seconds. A system that refuses or cannot be reached is an answer with ok false.',
    ok: [{ status: 200, description: 'What came of it', type: ConnectionCheckDto }],
    problems: ['not-found', 'conflict', 'encryption-not-configured'],
  })
  check(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionCheckDto> {
    return this.checker.check(connection_id);
  }
}

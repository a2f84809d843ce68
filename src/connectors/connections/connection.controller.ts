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
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Operation } from '../../common/operation.ts';
import { Idempotent } from '../../idempotency/idempotency.interceptor.ts';
import { ConnectionChecker } from './connection.checker.ts';
import { ConnectionEditor } from './connection.editor.ts';
import { ConnectionPresenter } from './connection.presenter.ts';
import { ConnectionService } from './connection.service.ts';
import { ConnectionCheckDto, ConnectionDto, ConnectionPageDto, CreatedConnectionDto } from './dto/connection.dto.ts';
import { CHANGE_EXAMPLES, CREATE_EXAMPLES } from './dto/connection.examples.ts';
import { ConnectionChecksDto } from './dto/connection-check.dto.ts';
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
  @Idempotent()
  // Decorators apply from bottom to top, so this one runs outside of Idempotent.
  @UseInterceptors(WebhookSecretInterceptor)
  @ApiBody({ type: CreateConnectionDto, examples: CREATE_EXAMPLES })
  @Operation({
    id: 'createConnection',
    summary: 'Connect a shop or an ERP',
    description:
      'Stores the credentials encrypted. Does not call the system; use check for that. Only this response contains the webhook secret.',
    ok: [
      {
        status: 201,
        description: 'Connected',
        type: CreatedConnectionDto,
        headers: { Location: 'The path of the connection' },
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
  @Operation({
    id: 'listConnections',
    summary: 'List connections, newest first',
    ok: [{ status: 200, description: 'A page', type: ConnectionPageDto }],
  })
  async list(@Query() query: ConnectionsQuery): Promise<ConnectionPageDto> {
    return this.present.page(await this.connections.list(query));
  }

  @Get(':connection_id')
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
  @ApiBody({ type: ChangeConnectionDto, examples: CHANGE_EXAMPLES })
  @Operation({
    id: 'changeConnection',
    summary: 'Change a connection',
    description:
      'Members that are left out stay as they are. A new base_url or new credentials reset the status to unchecked. Another host, scheme or port, allow_http or auth needs the credentials in the same request. When the connection then leads to another system than the one it is bound to, the request is refused with another-system unless it says another_system.',
    ok: [{ status: 200, description: 'The changed connection', type: ConnectionDto }],
    problems: ['not-found', 'conflict', 'another-system', 'encryption-not-configured'],
  })
  async change(
    @Param() { connection_id }: ConnectionIdParam,
    @Body() body: ChangeConnectionDto,
  ): Promise<ConnectionDto> {
    return this.present.one(await this.editor.change(connection_id, body));
  }

  @Delete(':connection_id')
  @HttpCode(204)
  @Operation({
    id: 'removeConnection',
    summary: 'Remove a connection',
    description: 'Deletes its credentials at once.',
    ok: [{ status: 204, description: 'Removed' }],
    problems: ['not-found'],
  })
  remove(@Param() { connection_id }: ConnectionIdParam): Promise<void> {
    return this.editor.remove(connection_id);
  }

  // Accepts no Idempotency-Key, which would keep a transaction open during the call to the system. Repeating the request does no harm.
  @Post(':connection_id/check')
  @HttpCode(200)
  @Operation({
    id: 'checkConnection',
    summary: 'Call the system to check the credentials',
    description: 'Takes up to 30 seconds. When the system refuses or cannot be reached, ok is false.',
    ok: [{ status: 200, description: 'The result of the check', type: ConnectionCheckDto }],
    problems: ['not-found', 'conflict', 'encryption-not-configured'],
  })
  check(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionCheckDto> {
    return this.checker.check(connection_id);
  }

  @Get(':connection_id/checks')
  @Operation({
    id: 'listConnectionChecks',
    summary: 'List the last checks of a connection',
    description: 'The newest first, 50 at most. They stay when the address or the credentials change.',
    ok: [{ status: 200, description: 'The checks', type: ConnectionChecksDto }],
    problems: ['not-found'],
  })
  checks(@Param() { connection_id }: ConnectionIdParam): Promise<ConnectionChecksDto> {
    return this.checker.history(connection_id);
  }
}

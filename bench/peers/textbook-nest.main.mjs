import 'reflect-metadata';
import {
  Body,
  Controller,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Patch,
  Req,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { IsInt, IsOptional, Min } from 'class-validator';
import { jwtVerify } from 'jose';
import { from, lastValueFrom } from 'rxjs';
import { DataSource, EntitySchema } from 'typeorm';

/*
 * The same report as a textbook writes it: Nest on Express, a guard that verifies the token, an interceptor that holds a transaction in
 * which the organization is set, TypeORM's repository that reads the row and saves it. On the same database under the same policies.
 * Decorators are called by hand, so that nothing has to be compiled.
 */
const SECRET = new TextEncoder().encode(process.env.SYNC_JWT_SECRET);

const Sync = new EntitySchema({
  name: 'Sync',
  tableName: 'sync_progress',
  columns: {
    org_id: { type: 'text', primary: true },
    sync_id: { type: 'text', primary: true },
    entity_type: { type: 'text' },
    source_system: { type: 'text' },
    status: { type: 'text' },
    total_items: { type: 'float8', nullable: true },
    processed_count: { type: 'float8' },
    failed_count: { type: 'float8' },
    current_item: { type: 'float8', nullable: true },
    cancel_requested: { type: 'boolean' },
    pause_requested: { type: 'boolean' },
    initiated_by: { type: 'text' },
    started_at: { type: 'timestamptz' },
    updated_at: { type: 'timestamptz' },
    completed_at: { type: 'timestamptz', nullable: true },
    error_message: { type: 'text', nullable: true },
  },
});

const source = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  entities: [Sync],
  poolSize: 10,
});
await source.initialize();

class ReportDto {}
for (const name of ['processed_count', 'failed_count', 'current_item'])
  for (const decorate of [IsOptional(), IsInt(), Min(0)]) decorate(ReportDto.prototype, name);

class TokenGuard {
  async canActivate(context) {
    const request = context.switchToHttp().getRequest();
    const [, token] = (request.headers.authorization ?? '').split(' ');
    try {
      request.claims = (await jwtVerify(token, SECRET)).payload;
      return true;
    } catch {
      throw new UnauthorizedException();
    }
  }
}
Injectable()(TokenGuard);

class TenantTransaction {
  intercept(context, next) {
    return from(this.within(context.switchToHttp().getRequest(), next));
  }

  async within(request, next) {
    const runner = source.createQueryRunner();
    await runner.startTransaction();
    try {
      await runner.query('SELECT app.set_org($1)', [request.claims.org_id]);
      request.manager = runner.manager;
      const response = await lastValueFrom(next.handle());
      await runner.commitTransaction();
      return response;
    } catch (error) {
      await runner.rollbackTransaction();
      throw error;
    } finally {
      await runner.release();
    }
  }
}
Injectable()(TenantTransaction);

class ProgressController {
  async report(sync_id, body, request) {
    const repository = request.manager.getRepository(Sync);
    const sync = await repository.findOneBy({ org_id: request.claims.org_id, sync_id });
    if (!sync) throw new NotFoundException();
    return repository.save(Object.assign(sync, body, { updated_at: new Date() }));
  }
}
const { prototype } = ProgressController;
const handler = Object.getOwnPropertyDescriptor(prototype, 'report');
Patch(':sync_id')(prototype, 'report', handler);
UseGuards(TokenGuard)(prototype, 'report', handler);
UseInterceptors(TenantTransaction)(prototype, 'report', handler);
Param('sync_id')(prototype, 'report', 0);
Body(new ValidationPipe({ expectedType: ReportDto, whitelist: true, forbidNonWhitelisted: true }))(
  prototype,
  'report',
  1,
);
Req()(prototype, 'report', 2);
Controller('api/sync/progress')(ProgressController);

class TextbookModule {}
Module({ controllers: [ProgressController], providers: [TokenGuard, TenantTransaction] })(TextbookModule);

const app = await NestFactory.create(TextbookModule, new ExpressAdapter(), { logger: false });
// Node closes idle connections after five seconds, which would end those of a round.
app.getHttpServer().keepAliveTimeout = 72_000;
await app.listen(0, '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
process.on('SIGTERM', () =>
  app
    .close()
    .then(() => source.destroy())
    .then(() => process.exit(0)),
);

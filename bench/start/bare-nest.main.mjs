import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** The smallest application of Nest on Fastify: one route. Decorators are called by hand, so that nothing has to be compiled. */
class Routes {
  live() {
    return 'ok';
  }
}
Get('health/live')(Routes.prototype, 'live', Object.getOwnPropertyDescriptor(Routes.prototype, 'live'));
Controller()(Routes);

class BareModule {}
Module({ controllers: [Routes] })(BareModule);

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
console.log(`listens on ${await app.getUrl()}`);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));

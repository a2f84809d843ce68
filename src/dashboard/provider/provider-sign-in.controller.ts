import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../auth/auth.decorators.ts';
import { PageQuery } from '../page.query.ts';
import { ProviderSignIn } from './provider.sign-in.ts';

/** Pages for a browser: to the identity provider, and back from it. */
@ApiExcludeController()
@Controller('sign-in/provider')
export class ProviderSignInController {
  constructor(private readonly signIn: ProviderSignIn) {}

  /** A look at it signs nobody in: the provider asks, and answers to the browser that began. */
  @Get()
  @Public()
  begin(@Query() { to }: PageQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.signIn.begin(to ?? '/', request, reply);
  }

  @Get('callback')
  @Public()
  callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.signIn.finish(request, reply);
  }
}

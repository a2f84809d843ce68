import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, RequireScope, SESSION_COOKIE } from '../auth/auth.decorators.ts';
import { KeyStore } from '../auth/key.store.ts';
import { Problem } from '../common/problem.ts';
import { SignInQuery } from './sign-in.query.ts';

/** Pages for a browser, not for API clients: they set and clear the session cookie. */
@ApiExcludeController()
@Controller()
export class SignInController {
  constructor(private readonly keys: KeyStore) {}

  @Get('sign-in')
  @Public()
  async signIn(
    @Query() { token }: SignInQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const exchanged = await this.keys.exchangeLink(token);
    if (!exchanged)
      throw new Problem('unauthenticated', 'This sign-in link was used before or has expired; ask for a new one.');
    await reply
      .setCookie(SESSION_COOKIE, exchanged.session, {
        path: '/',
        httpOnly: true,
        // Lax, not strict: the link itself is followed from a terminal or a mail.
        sameSite: 'lax',
        // A proxy that ends TLS says so; who invents the header only spoils their own cookie.
        secure: request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https',
        maxAge: exchanged.maxAgeSeconds,
      })
      .header('cache-control', 'no-store')
      .redirect('/', 303);
  }

  @Post('sign-out')
  @HttpCode(204)
  @RequireScope('sync:read')
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const session = request.cookies[SESSION_COOKIE];
    if (session) await this.keys.endSession(session);
    reply.clearCookie(SESSION_COOKIE, { path: '/' });
  }
}

import { Body, Controller, Get, Header, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, RequireScope, SESSION_COOKIE } from '../auth/auth.decorators.ts';
import { refuseCrossSite } from '../auth/auth.guard.ts';
import { KeyStore, type OpenedSession } from '../auth/key.store.ts';
import { Problem } from '../common/problem.ts';
import { IsText } from '../common/validation.ts';

class SignInQuery {
  @IsText(200)
  token: string;

  /** The page to open then; one of the dashboard's, so that a link cannot lead elsewhere. */
  @IsOptional()
  @IsText(2_000)
  @Matches(/^\/o\/[\x21-\x5b\x5d-\x7e]+$/, { message: 'to must be the path of a page: /o/{organization}/…' })
  to?: string;
}

class SignInDto {
  @IsText(1_000)
  key: string;
}

/** Pages for a browser, not for API clients: they set and clear the session cookie. */
@ApiExcludeController()
@Controller()
export class SignInController {
  constructor(private readonly keys: KeyStore) {}

  @Get('sign-in')
  @Public()
  async signIn(
    @Query() { token, to = '/' }: SignInQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const opened = await this.keys.exchangeLink(token);
    if (opened) keepSession(opened, request, reply);
    // A person gets a page that says so; it asks for a new link or a key.
    else if (!request.headers.accept?.includes('text/html'))
      throw new Problem('unauthenticated', 'This sign-in link was used before or has expired; ask for a new one.');
    await reply.header('cache-control', 'no-store').redirect(opened ? to : '/?sign-in=used', 303);
  }

  /** Not from another site: that could sign its visitors in as somebody they are not. */
  @Post('sign-in')
  @HttpCode(204)
  @Public()
  async signInWithKey(
    @Body() { key }: SignInDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    refuseCrossSite(request, "Signing in is accepted from this service's own pages only.");
    const opened = await this.keys.openSession(key.trim());
    if (!opened) throw new Problem('unauthenticated', 'That key is unknown, revoked or expired.');
    keepSession(opened, request, reply);
  }

  /** Whether the browser's cookie is good for anything: a page that is opened by nobody is no error to be logged. */
  @Get('session')
  @Public()
  @Header('cache-control', 'no-store')
  async session(@Req() request: FastifyRequest): Promise<{ signed_in: boolean }> {
    const session = request.cookies[SESSION_COOKIE];
    return { signed_in: session !== undefined && (await this.keys.find(session)) !== undefined };
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

function keepSession({ session, maxAgeSeconds }: OpenedSession, request: FastifyRequest, reply: FastifyReply): void {
  void reply.setCookie(SESSION_COOKIE, session, {
    path: '/',
    httpOnly: true,
    // Lax, not strict: the link itself is followed from a terminal or a mail.
    sameSite: 'lax',
    // A proxy that ends TLS says so; who invents the header only spoils their own cookie.
    secure: request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https',
    maxAge: maxAgeSeconds,
  });
}

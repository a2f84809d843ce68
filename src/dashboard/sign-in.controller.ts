import { Body, Controller, Get, Header, Post, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController, PartialType } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, SignedIn } from '../auth/auth.decorators.ts';
import { refuseCrossSite } from '../auth/authenticator.ts';
import { KeyStore } from '../auth/key.store.ts';
import { forgetSession, keepSession, sessionOf } from '../auth/session.cookie.ts';
import { escapeHtml, PLAIN_PAGE_HEADERS, plainPage } from '../common/plain.page.ts';
import { Problem } from '../common/problem.ts';
import { AcceptForm } from '../common/route.config.ts';
import { IsText } from '../common/validation.ts';
import { AddressBuckets } from '../rates/address.buckets.ts';
import { PageQuery } from './page.query.ts';
import { IdentityProvider } from './provider/identity.provider.ts';

class SignInQuery extends PageQuery {
  @IsText(200)
  token: string;
}

class SignInDto extends PartialType(SignInQuery) {
  @ValidateIf(({ token }: SignInDto) => token === undefined)
  @IsText(1_000)
  key?: string;
}

/** Pages for a browser, not for API clients: they set and clear the session cookie. */
@ApiExcludeController()
@Controller()
export class SignInController {
  constructor(
    private readonly keys: KeyStore,
    private readonly addresses: AddressBuckets,
    private readonly provider: IdentityProvider,
  ) {}

  /**
   * Where a one-time link leads: a page with a button. A look at it changes nothing, so that neither a preview of the link in a mail nor a
   * page of another site signs anybody in.
   */
  @Get('sign-in')
  @Public()
  async linkPage(@Query() { token, to }: SignInQuery, @Res() reply: FastifyReply): Promise<void> {
    const hidden = Object.entries({ token, to }).map(([name, value]) =>
      value === undefined ? '' : `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
    );
    const form = `<form method="post" action="/sign-in">${hidden.join('')}<button autofocus>Sign in</button></form>`;
    const text = '<p>This link works once. The browser stays signed in for 12 hours.</p>';
    await reply
      .headers({ ...PLAIN_PAGE_HEADERS, 'cache-control': 'no-store' })
      .send(plainPage('Sign in', `<h1>Sign in to Sync Operations</h1>\n${text}\n${form}`));
  }

  /** With a key or with the token of a link. Not from another site: that could sign its visitors in as somebody they are not. */
  @Post('sign-in')
  @Public()
  @AcceptForm()
  async signIn(
    @Body() { key, token, to = '/' }: SignInDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    refuseCrossSite(request, "Signing in is accepted from this service's own pages only.");
    reply.header('cache-control', 'no-store');
    await this.addresses.refuseWhenEmpty(request.ip);
    if (token === undefined) {
      const opened = await this.keys.openSession((key as string).trim());
      if (!opened) {
        await this.addresses.take(request.ip);
        throw new Problem('unauthenticated', 'That key is unknown, revoked or expired.');
      }
      keepSession(opened, request, reply);
      await reply.status(204).send();
      return;
    }
    const opened = await this.keys.exchangeLink(token);
    if (opened) keepSession(opened, request, reply);
    else await this.addresses.take(request.ip);
    // A person gets a page that says so; it asks for a new link or a key.
    if (!opened && !request.headers.accept?.includes('text/html'))
      throw new Problem('unauthenticated', 'This sign-in link was used before or has expired; ask for a new one.');
    await reply.redirect(opened ? to : '/?sign-in=used', 303);
  }

  /** Whether the browser's cookie is good for anything, and with what to sign in beside a key: a page that is opened by nobody is no error to be logged. */
  @Get('session')
  @Public()
  @Header('cache-control', 'no-store')
  async session(@Req() request: FastifyRequest): Promise<{ signed_in: boolean; provider?: string }> {
    const session = sessionOf(request);
    const signed_in = session !== undefined && (await this.keys.find(session)) !== undefined;
    return { signed_in, ...(this.provider.isConfigured && { provider: this.provider.name }) };
  }

  /** 204, or 200 with where to go on, so that the identity provider ends its session, too. */
  @Post('sign-out')
  @SignedIn()
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = sessionOf(request);
    if (session) await this.keys.endSession(session);
    forgetSession(request, reply);
    const continueAt =
      session?.startsWith('syp_') && this.provider.isConfigured ? await this.provider.endSession() : null;
    if (continueAt === null) await reply.status(204).send();
    else await reply.status(200).send({ continue_at: continueAt });
  }
}

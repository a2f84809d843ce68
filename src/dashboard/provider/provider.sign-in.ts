import { Inject, Injectable, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KeyStore } from '../../auth/key.store.ts';
import { keepSession } from '../../auth/session.cookie.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { AddressBuckets } from '../../rates/address.buckets.ts';
import { PAGE } from '../page.query.ts';
import { keepFlow, takeFlow } from './flow.cookie.ts';
import { IdentityProvider } from './identity.provider.ts';
import { memberOf } from './member.claims.ts';

/** Why somebody was not signed in, as the page is told; it says what to do. */
type Refusal = 'failed' | 'no-organization' | 'no-role' | 'too-many' | 'unavailable';

/** Sends browsers to the identity provider, and gives those that come back from it a session of what their role gives. */
@Injectable()
export class ProviderSignIn {
  private readonly logger = new Logger(ProviderSignIn.name);

  constructor(
    private readonly provider: IdentityProvider,
    private readonly keys: KeyStore,
    private readonly addresses: AddressBuckets,
    @Inject(ENVIRONMENT) private readonly env: Environment,
  ) {}

  async begin(to: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.provider.isConfigured) throw new Problem('not-found', 'No identity provider is configured.');
    try {
      const { address, flow } = await this.provider.begin(to);
      keepFlow(flow, request, reply);
      await this.leadTo(address, reply);
    } catch (error) {
      await this.refuse('unavailable', error as Error, request, reply);
    }
  }

  /** An answer counts once: the browser forgets the flow, and the provider takes its code once. */
  async finish(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!this.provider.isConfigured) throw new Problem('not-found', 'No identity provider is configured.');
    await this.addresses.refuseWhenEmpty(request.ip);
    const flow = takeFlow(request, reply);
    try {
      if (!flow) throw new Problem('unauthenticated', 'This sign-in was not begun in this browser, or too long ago.');
      const claims = await this.provider.claims(request.url.split('?')[1] ?? '', flow);
      const { SYNC_OIDC_ORG_CLAIM: orgClaim, SYNC_OIDC_ROLE_CLAIM: roleClaim, SYNC_OIDC_ROLES: roles } = this.env;
      const member = memberOf(claims, { orgClaim, roleClaim, roles });
      if (typeof member === 'string')
        return await this.refuse('no-organization', new Problem('unauthenticated', member), request, reply);
      const { SYNC_OIDC_SESSION_MINUTES: minutes, SYNC_ORG_MEMBERS: mostMembers } = this.env;
      const opened = await this.keys.openMemberSession(member, { minutes, mostMembers });
      if (typeof opened === 'string')
        return await this.refuse(opened, new Problem('unauthenticated', WHY[opened]), request, reply);
      keepSession(opened, request, reply);
      await this.leadTo(flow.to === '/' || PAGE.test(flow.to) ? flow.to : '/', reply);
    } catch (error) {
      const isAway = error instanceof Problem && error.problem === 'unavailable';
      await this.refuse(isAway ? 'unavailable' : 'failed', error as Error, request, reply);
    }
  }

  private async leadTo(address: string, reply: FastifyReply): Promise<void> {
    await reply.header('cache-control', 'no-store').redirect(address, 303);
  }

  /** A person gets the sign-in page, which says why; anything else a problem. */
  private async refuse(why: Refusal, error: Error, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (!(error instanceof Problem)) throw error;
    if (why !== 'unavailable') await this.addresses.take(request.ip);
    this.logger.warn({
      msg: `sign-in refused: ${error.message}`,
      why,
      cause: (error.cause as Error | undefined)?.message,
    });
    if (!request.headers.accept?.includes('text/html')) throw error;
    await this.leadTo(`/?sign-in=${why}`, reply);
  }
}

const WHY = {
  'no-role': 'You have no role in your organization yet; ask one of its admins.',
  'too-many': 'Your organization has as many members as it may have.',
} as const;

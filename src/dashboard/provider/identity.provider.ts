import { Inject, Injectable } from '@nestjs/common';
import * as oidc from 'openid-client';
import { claimAt } from '../../auth/claim.path.ts';
import { Problem } from '../../common/problem.ts';
import { ENVIRONMENT } from '../../config/config.module.ts';
import type { Environment } from '../../config/environment.ts';
import { boundedFetch } from './bounded.fetch.ts';

/** What a browser keeps while its user is at the provider, and must bring back. */
export interface SignInFlow {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE: a code is worth nothing without it. */
  readonly verifier: string;
  /** The page to open then. */
  readonly to: string;
}

/** How long what the provider publishes about itself is believed. */
const DISCOVERY_MS = 60 * 60 * 1000;
/** Codes that are exchanged at once, by process: each holds a request until the provider has answered. */
const MOST_EXCHANGES = 20;

/** Signs people in with OpenID Connect: authorization code with PKCE, state and nonce. */
@Injectable()
export class IdentityProvider {
  private discovered: { readonly config: Promise<oidc.Configuration>; readonly at: number } | undefined;
  private exchanges = 0;

  constructor(@Inject(ENVIRONMENT) private readonly env: Environment) {}

  get isConfigured(): boolean {
    return this.env.SYNC_OIDC_ISSUER !== undefined;
  }

  /** For people, on the button. */
  get name(): string {
    return this.env.SYNC_OIDC_NAME;
  }

  /** Where to send a browser, and what it keeps meanwhile. Throws unavailable when the provider does not say where that is. */
  async begin(to: string): Promise<{ address: string; flow: SignInFlow }> {
    const config = await this.config();
    const flow = {
      ...{ state: oidc.randomState(), nonce: oidc.randomNonce() },
      ...{ verifier: oidc.randomPKCECodeVerifier(), to },
    };
    const address = oidc.buildAuthorizationUrl(config, {
      ...{ redirect_uri: this.callback, scope: this.env.SYNC_OIDC_SCOPE },
      ...{ state: flow.state, nonce: flow.nonce },
      ...{ code_challenge: await oidc.calculatePKCECodeChallenge(flow.verifier), code_challenge_method: 'S256' },
    });
    return { address: address.href, flow };
  }

  /**
   * The claims of whoever comes back. Throws unauthenticated when the provider refuses or the answer is not to this flow, and unavailable when
   * it cannot be asked.
   */
  async claims(query: string, { state, nonce, verifier }: SignInFlow): Promise<Record<string, unknown>> {
    const config = await this.config();
    if (this.exchanges >= MOST_EXCHANGES) throw unavailable();
    this.exchanges++;
    try {
      const tokens = await oidc.authorizationCodeGrant(config, new URL(`${this.callback}?${query}`), {
        ...{ pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true },
      });
      const claims = tokens.claims() as oidc.IDToken;
      const { SYNC_OIDC_ORG_CLAIM: org, SYNC_OIDC_ROLE_CLAIM: role } = this.env;
      const isComplete = [org, 'name', ...(role === undefined ? [] : [role])].every(
        (name) => claimAt(claims, name) !== undefined,
      );
      if (isComplete || config.serverMetadata().userinfo_endpoint === undefined) return claims;
      // Many providers say only there what the scopes ask for.
      return { ...(await oidc.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims };
    } catch (error) {
      throw problemOf(error);
    } finally {
      this.exchanges--;
    }
  }

  /** Where signing out goes on, so that the provider forgets the user, too; null when it does not offer that. */
  async endSession(): Promise<string | null> {
    const config = await this.config().catch(() => null);
    if (config?.serverMetadata().end_session_endpoint === undefined) return null;
    return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: `${this.env.SYNC_PUBLIC_URL}/` }).href;
  }

  private get callback(): string {
    return `${this.env.SYNC_PUBLIC_URL}/sign-in/provider/callback`;
  }

  private config(): Promise<oidc.Configuration> {
    const now = performance.now();
    if (this.discovered && now - this.discovered.at < DISCOVERY_MS) return this.discovered.config;
    const { SYNC_OIDC_ISSUER: issuer, SYNC_OIDC_CLIENT_ID: id, SYNC_OIDC_CLIENT_SECRET: secret } = this.env;
    if (issuer === undefined || id === undefined) throw new Problem('not-found', 'No identity provider is configured.');
    const found = { config: this.discover(issuer, id, secret), at: now };
    this.discovered = found;
    found.config.catch(() => {
      if (this.discovered === found) this.discovered = undefined;
    });
    return found.config;
  }

  private async discover(issuer: string, id: string, secret: string | undefined): Promise<oidc.Configuration> {
    const authentication = secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret);
    try {
      return await oidc.discovery(new URL(issuer), id, undefined, authentication, {
        [oidc.customFetch]: boundedFetch as oidc.CustomFetch,
        timeout: 8,
        // Only of this machine: the environment refuses others.
        ...(issuer.startsWith('http:') && { execute: [oidc.allowInsecureRequests] }),
      });
    } catch (error) {
      throw unavailable(error);
    }
  }
}

/** The provider said no, or its answer does not fit: what the person can do is to begin again. */
const REFUSALS = [oidc.AuthorizationResponseError, oidc.ResponseBodyError];

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const isNo = REFUSALS.some((kind) => error instanceof kind);
  const code = (error as { code?: string }).code ?? '';
  // What comes back wrong in itself: another state, another nonce, a token that is not for us.
  if (isNo || /^OAUTH_(INVALID_RESPONSE|JWT_|PARSE|INVALID_REQUEST|UNSUPPORTED|WWW)/.test(code))
    return new Problem('unauthenticated', 'The identity provider did not confirm this sign-in; begin again.', {
      cause: error,
    });
  return unavailable(error);
}

const unavailable = (cause?: unknown): Problem =>
  new Problem('unavailable', 'The identity provider cannot be asked at the moment.', { retryAfter: 5, cause });

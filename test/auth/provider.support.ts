import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = { id: 'sync-operations', secret: 'a-secret-of-the-client-of-32-characters' };

/** Who can sign in at the provider, and what it says of them. */
type People = Record<string, Record<string, unknown>>;

/** A real identity provider of this machine, which asks nobody for a password: whoever is `current` signs in. */
export interface TestProvider {
  readonly issuer: string;
  readonly people: People;
  current: string;
  close(): Promise<void>;
}

export async function startProvider(publicUrl: string): Promise<TestProvider> {
  const handler: { use?: ReturnType<Provider['callback']> } = {};
  const server: Server = createServer((request, response) => void handler.use?.(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const people: People = {};
  const test: TestProvider = {
    ...{ issuer, people, current: '' },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        ...{
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
        redirect_uris: [`${publicUrl}/sign-in/provider/callback`],
        post_logout_redirect_uris: [`${publicUrl}/`],
      },
    ],
    claims: { openid: ['sub', 'org_id', 'groups'], profile: ['name'], email: ['email'] },
    // As many do: what the scopes ask for is at the userinfo endpoint alone.
    conformIdTokenClaims: true,
    cookies: { keys: ['a key of the test'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
    loadExistingGrant: async ({ oidc }) => {
      const grant = new provider.Grant({ clientId: oidc.client?.clientId, accountId: oidc.session?.accountId });
      grant.addOIDCScope('openid profile email');
      await grant.save();
      return grant;
    },
    renderError: (context, out) => {
      context.body = JSON.stringify(out);
    },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return next();
    const result = { login: { accountId: test.current, remember: false } };
    await provider.interactionFinished(context.req, context.res, result, { mergeWithLastSubmission: false });
    context.respond = false;
  });
  handler.use = provider.callback();
  return test;
}

/** A browser: cookies by host, redirects followed one by one. The service's public address leads to where it listens. */
export class TestBrowser {
  private readonly cookies = new Map<string, Map<string, string>>();
  /** Every address that was opened. */
  readonly opened: string[] = [];

  constructor(
    private readonly publicUrl: string,
    private readonly serviceUrl: string,
  ) {}

  cookie(name: string): string | undefined {
    return this.jar(this.publicUrl).get(name);
  }

  setCookie(name: string, value: string): void {
    this.jar(this.publicUrl).set(name, value);
  }

  /** One request. */
  async request(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, this.publicUrl);
    this.opened.push(url.href);
    const isService = url.origin === this.publicUrl;
    const cookie = [...this.jar(url.origin)].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(isService ? this.serviceUrl + url.pathname + url.search : url, {
      ...init,
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        ...(cookie && { cookie }),
        ...(isService && { 'x-forwarded-proto': 'https', 'sec-fetch-site': 'same-origin' }),
        ...init.headers,
      },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(set)) this.jar(url.origin).delete(name);
      else this.jar(url.origin).set(name, value);
    }
    return response;
  }

  /** Follows redirects until the service shows a page, or `stopAt` comes. Returns the address it stopped at. */
  async open(address: string, stopAt?: (url: string) => boolean): Promise<string> {
    let at = new URL(address, this.publicUrl).href;
    for (let hops = 0; hops < 15; hops++) {
      if (stopAt?.(at)) return at;
      const response = await this.request(at);
      const location = response.headers.get('location');
      if (location === null) return at;
      at = new URL(location, at).href;
    }
    throw new Error(`too many redirects: ${this.opened.join(' ')}`);
  }

  private jar(address: string): Map<string, string> {
    const { origin } = new URL(address);
    const jar = this.cookies.get(origin) ?? new Map<string, string>();
    this.cookies.set(origin, jar);
    return jar;
  }
}

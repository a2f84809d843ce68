import type { Command } from 'commander';
import { ConfigurationError, loadEnvironment } from '../config/environment.ts';

const ANSWER_WITHIN_MS = 60_000;

interface ApiOptions {
  readonly url?: string;
  readonly org?: string;
}

/** Options of a command that works over the API, with the rights of a key. */
export const withApiOptions = (command: Command): Command =>
  command
    .option('--url <url>', 'where the service is; SYNC_URL unless given')
    .option('--org <org>', 'the organization, with a key of all organizations; SYNC_ORG_ID unless given')
    .addHelpText('after', '\nThe key stands in SYNC_API_KEY, because a list of processes would show an option.');

/** The API as the command's options name it. */
export function apiOf(command: Command): ApiCalls {
  const { SYNC_URL, SYNC_API_KEY: key, SYNC_ORG_ID } = loadEnvironment();
  const { url = SYNC_URL, org = SYNC_ORG_ID } = command.opts<ApiOptions>();
  if (!key) throw new ConfigurationError('SYNC_API_KEY must be set to a service key (npm run keys -- create).');
  return new ApiCalls(url.replace(/\/$/, ''), { 'x-api-key': key, ...(org && { 'x-org-id': org }) });
}

/** Requests with a key. Whatever is refused is one sentence. */
export class ApiCalls {
  private readonly url: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(url: string, headers: Readonly<Record<string, string>>) {
    this.url = url;
    this.headers = headers;
  }

  /** The same for an organization, with a key that sees it. */
  of(orgId: string): ApiCalls {
    return new ApiCalls(this.url, { ...this.headers, 'x-org-id': orgId });
  }

  async send(method: string, path: string, body?: unknown): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`${this.url}/api/sync${path}`, {
        method,
        headers: { ...this.headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
    } catch (error) {
      const { message, cause } = error as Error;
      throw new ConfigurationError(
        `The service at ${this.url} cannot be reached (${(cause as Error | undefined)?.message || message}).`,
      );
    }
    if (response.ok) return response;
    throw new ConfigurationError(await refusalOf(`${method} ${path}`, response));
  }

  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.send(method, path, body);
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  }

  /** All items of a list, page after page. */
  async all<Item>(path: string): Promise<Item[]> {
    const found: Item[] = [];
    for (let cursor: string | null | undefined = ''; cursor !== null && cursor !== undefined; ) {
      const query: string = cursor && `?${new URLSearchParams({ cursor })}`;
      const page: { items: Item[]; next_cursor?: string | null } = await this.call('GET', `${path}${query}`);
      found.push(...page.items);
      cursor = page.next_cursor;
    }
    return found;
  }
}

async function refusalOf(request: string, response: Response): Promise<string> {
  try {
    const { detail, errors = [] } = (await response.json()) as {
      detail: string;
      errors?: { pointer?: string; detail: string }[];
    };
    const fields = errors.map(({ pointer, detail: why }) => ` ${[pointer, why].filter(Boolean).join(' ')}`).join(';');
    return `${request} is refused (${response.status}): ${detail}${fields}`;
  } catch {
    return `${request} is answered with ${response.status}, and not by the service.`;
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

const MAIN = path.resolve(import.meta.dirname, '../dist/bundle/main.js');
/** Draining and stopping Postgres have limits of their own, below this. */
const STOP_WITHIN_MS = 45_000;

export interface ServiceOptions {
  readonly port: number;
  readonly dataDir: string;
  /** Addresses of the shop and the ERP that the examples at /docs connect. */
  readonly systems: { readonly shop: string; readonly erp: string };
  /** Receives the service's JSON log lines and its stderr. */
  readonly logFile: string;
  /** Receives the lines for people. */
  readonly say: (line: string) => void;
  /** The service is stopped, drained, when this is aborted. */
  readonly until: AbortSignal;
}

export interface ServiceAccess {
  readonly pid: number;
  readonly url: string;
  readonly apiKey: string;
  /** Signs in a browser, once. */
  readonly signInLink: string;
}

/** One process of the service that listens; `ended` resolves with how it ended. */
export interface RunningService extends ServiceAccess {
  readonly ended: Promise<string>;
}

/** Starts the built service on its embedded Postgres and waits until it can be used; throws with its error output when it ends first. */
export async function launchService(options: ServiceOptions): Promise<RunningService> {
  const { until } = options;
  until.throwIfAborted();
  if (!existsSync(MAIN)) throw new Error('The service is not built yet: npm run build');
  const child = spawn(process.execPath, [MAIN], {
    env: serviceEnvironment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = endOf(child);
  const stop = () => {
    child.kill('SIGTERM');
    const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
    void ended.finally(() => clearTimeout(deadline));
  };
  until.addEventListener('abort', stop, { once: true });
  void ended.finally(() => until.removeEventListener('abort', stop));

  const log = createWriteStream(options.logFile, { flags: 'a', mode: 0o600 });
  log.write(`${JSON.stringify({ level: 30, time: Date.now(), pid: child.pid, msg: 'started by the demo' })}\n`);
  void ended.finally(() => log.end());
  const errorLines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    errorLines.push(line);
    log.write(`${line}\n`);
  });
  const ready = new Promise<ServiceAccess>((resolve) => {
    const access = { pid: child.pid ?? 0, url: '', apiKey: '', signInLink: '' };
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) return log.write(`${line}\n`);
      // The key and the link are not printed here: the demo prints them at its end.
      const [, apiKey] = /^Development API key .*: (\S+)$/.exec(line) ?? [];
      const [, signInLink] = /^Sign in .*: (\S+)$/.exec(line) ?? [];
      const [, url] = /listens on (\S+)/.exec(line) ?? [];
      if (url) access.url = url;
      if (apiKey) access.apiKey = apiKey;
      else if (signInLink) resolve({ ...access, signInLink });
      else options.say(line.replace(/ \(API documentation: .*\)$/, ''));
    });
  });
  const failed = ended.then((how) => {
    until.throwIfAborted();
    throw new Error(errorLines.join('\n') || `The service ${how} while it started; see ${options.logFile}.`);
  });
  const access = await Promise.race([ready, failed]);
  // Once the service is ready, the supervisor handles its end.
  failed.catch(() => {});
  return { ...access, ended };
}

/** Resolves once the output is read to its end, with how the process ended ("was ended by SIGKILL") or why it did not start. */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, 'close');
    return signal ? `was ended by ${signal}` : `ended with code ${code}`;
  } catch (error) {
    return `could not be started (${(error as Error).message})`;
  }
}

/** The demo always uses the embedded Postgres and listens on this machine only, whatever the environment or an .env file says. */
function serviceEnvironment({ port, dataDir, systems }: ServiceOptions): NodeJS.ProcessEnv {
  const own = { PORT: String(port), HOST: '127.0.0.1', SYNC_DATA_DIR: dataDir };
  const forDocs = { SYNC_DOCS_SHOP_URL: systems.shop, SYNC_DOCS_ERP_URL: systems.erp };
  return { ...process.env, ...NO_OTHER_DATABASE, ...RUN_SETTINGS, ...own, ...forDocs };
}

/** Lets the service call the sandboxes on this machine, and continues a run soon after a kill -9. */
const RUN_SETTINGS = { SYNC_ALLOW_PRIVATE_ADDRESSES: 'true', SYNC_WORKER: 'on', SYNC_LEASE_SECONDS: '5' };

/** An empty variable counts as not set, and overrides .env files. */
export const NO_OTHER_DATABASE = { NEON_DATABASE_URL: '', DATABASE_URL: '', MIGRATION_DATABASE_URL: '' };

import { type ConnectorOutcome, playConnectors } from './connector.act.ts';
import { signInTo } from './dashboard.link.ts';
import { type DemoOptions, readOptions } from './demo.options.ts';
import { type Stage, setStage } from './demo.stage.ts';
import { whereToLook } from './look-around.text.ts';
import { playReporting } from './reporting.act.ts';
import { Terminal } from './terminal.ts';

// npm run demo starts a service, shows two syncs live, and checks their results. First a client carries out the guide's complete
// customer workflow and reports; then the service itself runs a sync from a shop to an ERP, with a preview.

const INTERRUPTED = new Error('Stopped before the sync had ended.');

interface Outcome {
  /** Id of the first act's sync. */
  readonly syncId: string;
  /** Undefined when a check of the first act failed. */
  readonly connectors: ConnectorOutcome | undefined;
  readonly allRight: boolean;
}

async function playOn(stage: Stage, options: DemoOptions, terminal: Terminal, signal: AbortSignal): Promise<Outcome> {
  const { syncId, allRight } = await playReporting(stage, options, terminal, signal);
  if (!allRight) {
    terminal.say('\nNot every check is right, so the second act is left out.');
    return { syncId, connectors: undefined, allRight };
  }
  const connectors = await playConnectors(stage, options, terminal, signal);
  terminal.say(connectors.allRight ? '\nEvery check of both acts is right.' : '\nNot every check is right.');
  return { syncId, connectors, allRight: connectors.allRight };
}

/** Returns when the user stops it; throws when the service cannot be kept running. */
async function stayUp(
  { service, shop, dataDir }: Stage,
  { syncId, connectors }: Outcome,
  orgId: string,
  say: Terminal['say'],
  signal: AbortSignal,
) {
  const place = { access: service.access(), orgId, syncId, connectors, shopUrl: shop.url, dataDir };
  for (const line of ['', ...whereToLook(place)]) say(line);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  if (signal.reason !== INTERRUPTED) throw signal.reason;
}

/** Stops on Ctrl-C (which may arrive twice, from the terminal and from npm) and when the terminal or the pipe is closed. */
function stopOnSignals(stopping: AbortController, terminal: Terminal): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      if (stopping.signal.aborted) return;
      stopping.abort(INTERRUPTED);
      terminal.endProgress();
      terminal.say('\nStopping the service and its database…');
    });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stopping.abort(INTERRUPTED));
}

/** The exit code: 0 when every check was right. */
async function main(): Promise<number> {
  const terminal = new Terminal();
  const stopping = new AbortController();
  const { signal } = stopping;
  stopOnSignals(stopping, terminal);
  const cleanup: (() => Promise<void>)[] = [];
  try {
    const options = readOptions(process.argv.slice(2));
    const stage = await setStage({ ...options, stopping, say: terminal.say, cleanup });
    terminal.say('  Watch it in a browser; the link signs in once:');
    terminal.say(`  ${signInTo(stage.service.access(), options.orgId)}`);
    const outcome = await playOn(stage, options, terminal, signal);
    if (!options.exit) await stayUp(stage, outcome, options.orgId, terminal.say, signal);
    return outcome.allRight ? 0 : 1;
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error;
    console.error(reason instanceof Error ? reason.message : String(reason));
    return reason === INTERRUPTED ? 130 : 1;
  } finally {
    for (const end of cleanup.reverse()) await end();
  }
}

process.exitCode = await main();

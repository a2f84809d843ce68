import { Worker } from 'node:worker_threads';
import PQueue from 'p-queue';
import { prunedJson } from './json.pruning.ts';

/** A text of this length is parsed in 25 ms at worst (30,000 members), so the way to a thread would cost more than it saves. */
const MAX_INLINE_LENGTH = 128 * 1024;
/** 4 MiB of members take a second. A thread that needs longer is ended. */
const TIMEOUT_MS = 10_000;
/** Enough for the values of 4 MiB of JSON. The thread ends when it needs more, not the process. */
const MAX_HEAP_MIB = 256;

/** Source runs as it is, and built. The worker stands beside this file either way. */
const WORKER = new URL(`./json.worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

type Reply = { readonly value: unknown } | { readonly wrong: true } | { readonly tooLarge: true };

/** What `parseJson` returns for a text that is JSON, and whose objects have too many members to be anything of a system's. */
export const TOO_MANY_MEMBERS = Symbol('too many members');

/** One after another: a process has one such thread, and many large responses at once wait in line. */
const queue = new PQueue({ concurrency: 1 });
let thread: Worker | undefined;

/**
 * The value of a JSON text; undefined when it is none, or too much to parse; TOO_MANY_MEMBERS. What lies deeper than any limit is left out, so that every
 * value can be walked through and written again. A large text is parsed in a thread, so that the event loop goes on meanwhile.
 */
export async function parseJson(text: string): Promise<unknown> {
  // Some plugins print a byte order mark.
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (json.length > MAX_INLINE_LENGTH) return queue.add(() => parseInThread(json));
  try {
    return prunedJson(json);
  } catch {
    return undefined;
  }
}

function parseInThread(text: string): Promise<unknown> {
  thread ??= startThread();
  const worker = thread;
  return new Promise((resolve) => {
    const settle = (value: unknown) => {
      clearTimeout(timer);
      worker.off('message', onReply).off('exit', onExit).unref();
      resolve(value);
    };
    const onReply = (reply: Reply) =>
      settle('value' in reply ? reply.value : 'tooLarge' in reply ? TOO_MANY_MEMBERS : undefined);
    const onExit = () => settle(undefined);
    const timer = setTimeout(() => void worker.terminate(), TIMEOUT_MS);
    // Referenced while somebody waits, so that a process that does nothing else does not end before the reply.
    worker.on('message', onReply).on('exit', onExit).ref();
    worker.postMessage(text);
  });
}

function startThread(): Worker {
  const worker = new Worker(WORKER, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MIB } });
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    if (thread === worker) thread = undefined;
  });
  worker.unref();
  return worker;
}

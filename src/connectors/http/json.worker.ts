import { parentPort } from 'node:worker_threads';
import { hasTooManyMembers, prunedJson } from './json.pruning.ts';

/** A thread that parses; see json.parser.ts. */
parentPort?.on('message', (text: string) => {
  try {
    const value = prunedJson(text);
    parentPort?.postMessage(hasTooManyMembers(value) ? { tooLarge: true } : { value });
  } catch {
    parentPort?.postMessage({ wrong: true });
  }
});

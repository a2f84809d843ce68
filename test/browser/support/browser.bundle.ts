import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('bundle.process.ts', import.meta.url));

export interface BrowserBundle {
  readonly js: string;
  readonly css: string;
}

export interface BundleOptions {
  /** Sources that are in no file, by the path from the root of the repository at which `entry` and others import them. */
  readonly sources?: Readonly<Record<string, string>>;
  /** What the page brings itself and the bundle leaves out. */
  readonly external?: readonly string[];
  /** Default: development, in which React complains of what it minds. */
  readonly mode?: 'development' | 'production';
}

/**
 * Compiles `entry` (a path from the root, in a file or among `sources`) and what it imports into one script and one stylesheet.
 * In a process of its own: vite's native part refuses objects made inside the test runner.
 */
export async function bundleForBrowser(entry: string, options: BundleOptions = {}): Promise<BrowserBundle> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', PROCESS], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ entry, options }));
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  if (code !== 0) throw new Error(`${entry} could not be bundled: see above`);
  return JSON.parse(output) as BrowserBundle;
}

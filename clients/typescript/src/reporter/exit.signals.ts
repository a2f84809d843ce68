/** What of Node's process is used; a browser has none. */
interface NodeProcess {
  readonly pid: number;
  on(signal: string, listener: (signal: string) => void): void;
  off(signal: string, listener: (signal: string) => void): void;
  listenerCount(signal: string): number;
  kill(pid: number, signal: string): void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'];

/**
 * Calls `onExit` when the process is asked to exit. The returned function stops listening, and then lets the signal do what it would have
 * done, unless the application listens to it itself.
 */
export function listenForExit(onExit: () => void): () => void {
  const { process } = globalThis as { process?: Partial<NodeProcess> };
  if (typeof process?.on !== 'function' || typeof process.kill !== 'function') return () => undefined;
  const node = process as NodeProcess;
  let received: string | undefined;
  const stop = () => {
    for (const signal of SIGNALS) node.off(signal, listener);
    if (received !== undefined && node.listenerCount(received) === 0) node.kill(node.pid, received);
  };
  const listener = (signal: string) => {
    // Who asks twice does not want to wait.
    if (received !== undefined) return stop();
    received = signal;
    onExit();
  };
  for (const signal of SIGNALS) node.on(signal, listener);
  return stop;
}

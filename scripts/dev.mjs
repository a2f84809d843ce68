import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

// npm run dev: the service, built and started anew at each change, and the dashboard from its sources. Ctrl-C ends both; the
// service drains and stops its Postgres, as when it is started alone.

const DASHBOARD = new URL('http://127.0.0.1:5173');
const { port, hostname } = DASHBOARD;

const parts = [
  start('service', ['node_modules/@nestjs/cli/bin/nest.js', 'start', '--watch', '--watchAssets', '--no-shell']),
  start('dashboard', ['node_modules/vite/bin/vite.js', 'web', '--host', hostname, '--port', port, '--strictPort']),
];
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopAll);

function start(name, command) {
  const child = spawn(process.execPath, command, {
    stdio: ['ignore', 'pipe', 'inherit'],
    // They write into a pipe, and would leave out the colours.
    env: { ...(process.stdout.isTTY && { FORCE_COLOR: '1' }), ...process.env },
    // Ctrl-C reaches the whole group of the terminal: in one of its own each part is told once, by us.
    detached: true,
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(`${name.padEnd(9)} │ ${line}`);
    const [, link] = /Sign in .*: (http\S+)/.exec(line) ?? [];
    if (link)
      console.log(
        `\n  The dashboard, signed in: ${new URL(new URL(link).pathname + new URL(link).search, DASHBOARD)}\n`,
      );
  });
  child.once('close', (code) => {
    if (code) process.exitCode = 1;
    stopAll();
  });
  return child;
}

/** Asks each part once; the process ends when both have. */
function stopAll() {
  for (const child of parts.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
}

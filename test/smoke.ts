import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// npm run smoke: what compiles and passes tests may still not start. Runs dist as a user would, asks it once, stops it.
const dataDir = await mkdtemp(join(tmpdir(), 'sync-operations-smoke-'));
const service = spawn(process.execPath, ['dist/bundle/main.js'], {
  env: { ...process.env, SYNC_DATA_DIR: dataDir, PORT: '0', SYNC_DEV_API_KEY: 'smoke-test-key-123' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const exited = once(service, 'exit');
try {
  const address = await new Promise<string>((resolve, reject) => {
    service.once('exit', (code) => reject(new Error(`the service ended with code ${code} before it listened`)));
    createInterface(service.stdout).on('line', (line) => {
      const match = /listens on (http:\S+)/.exec(line);
      if (match?.[1]) resolve(match[1]);
    });
  });
  const get = async (path: string): Promise<string> => {
    const response = await fetch(address + path, { headers: { 'x-api-key': 'smoke-test-key-123' } });
    console.log(`${response.status} ${path}`);
    if (response.status !== 200) process.exitCode = 1;
    return response.text();
  };
  const page = await get('/');
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file as string);
  if (!files.some((file) => file.endsWith('.js'))) throw new Error('the dashboard names no script');
  const paths = [
    '/o/smoke/live',
    '/health/ready',
    '/openapi.json',
    '/docs',
    '/metrics',
    '/api/sync/progress?orgId=smoke',
  ];
  for (const path of [...files, ...paths]) await get(path);
} finally {
  service.kill('SIGTERM');
  const [code] = (await exited) as [number | null];
  console.log(`stopped with code ${code}`);
  if (code !== 0) process.exitCode = 1;
  await rm(dataDir, { recursive: true, force: true });
}

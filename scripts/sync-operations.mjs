#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// npx sync-operations …: from the sources where they are, else from what was built. The Node that npm was started with may be older
// than the service needs, and node_modules holds the right one.

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const pinned = path('node_modules/.bin/node');
const program = existsSync(path('src')) ? 'src/commands/sync-operations.ts' : 'dist/src/commands/sync-operations.js';
const node = existsSync(pinned) ? pinned : process.execPath;
const { status, signal } = spawnSync(node, [path(program), ...process.argv.slice(2)], { stdio: 'inherit' });
if (signal) process.kill(process.pid, signal);
process.exitCode = status ?? 1;

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, goalOf, isReached, measured } from './support/figure.ts';

// npm run bench: runs the benchmarks one after another on a machine that should do nothing else, and writes what they tell to RESULTS.md.
// Names of benchmarks run only those; the table then has only their rows.

const BENCHES = ['progress', 'overload', 'link', 'syncs', 'stream', 'start'];
const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);

const folder = mkdtempSync(join(tmpdir(), 'sync-operations-bench-'));
const rows: string[] = [];
const bounds: string[] = [];
try {
  for (const name of chosen.length > 0 ? chosen : BENCHES) {
    for (const figure of await figuresOf(name)) {
      rows.push(
        `| ${figure.name} | ${measured(figure)} | ${goalOf(figure)} | ${isReached(figure) ? 'yes' : 'no'} | \`npm run bench:${name}\` |`,
      );
      if (!isReached(figure)) bounds.push(`- **${figure.name}**: ${figure.boundBy ?? 'no profile was made.'}`);
    }
    // What is measured is kept when a later one fails.
    writeFileSync(RESULTS, page());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function figuresOf(name: string): Promise<Figure[]> {
  const file = join(folder, name);
  writeFileSync(file, '');
  console.log(`── bench:${name}`);
  const bench = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@sync-operations/source', bench], {
    env: { ...process.env, BENCH_FIGURES: file },
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`bench:${name} ended with ${code}`);
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Figure);
}

function page(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  return `# What the benchmarks measured

Made by \`npm run bench\` on ${new Date().toISOString().slice(0, 10)} at ${commit}: ${others.length + 1} cores of ${model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB,
Node ${process.versions.node}. Load, service, Postgres and peer share them, in alternating rounds; each figure is the median of the rounds, with the least and the most.
Absolute figures of two machines, or of two days, say nothing: compare ratios of one run.

| figure | measured | goal | reached | command |
|---|---|---|---|---|
${rows.join('\n')}
${bounds.length > 0 ? `\n## What bounds those that are not reached\n\n${bounds.join('\n')}\n` : ''}`;
}

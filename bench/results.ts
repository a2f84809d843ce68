import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Figure, goalOf, isReached, measured } from './support/figure.ts';

// npm run bench: runs the benchmarks one after another on a machine that should do nothing else, and writes what they tell to RESULTS.md.
// Names of benchmarks run only those; the rows of the others stay, each with the commit that it was measured at.

const BENCHES = ['progress', 'overload', 'replicas', 'link', 'syncs', 'trail', 'stream', 'start', 'memory'];
const RESULTS = fileURLToPath(new URL('RESULTS.md', import.meta.url));

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !BENCHES.includes(name));
if (unknown.length > 0) throw new Error(`there is no benchmark ${unknown.join(', ')}; there are ${BENCHES.join(', ')}`);

/** What a benchmark wrote, as lines of the page. */
interface Told {
  readonly rows: string[];
  readonly bounds: string[];
}

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
const told = new Map<string, Told>(BENCHES.map((name) => [name, before(name)]));
const folder = mkdtempSync(join(tmpdir(), 'sync-operations-bench-'));
try {
  for (const name of chosen.length > 0 ? chosen : BENCHES) {
    const figures = await figuresOf(name);
    told.set(name, {
      rows: figures.map((figure) => rowOf(name, figure)),
      bounds: figures
        .filter((figure) => !isReached(figure))
        .map((figure) => `- **${figure.name}**: ${figure.boundBy ?? 'no profile was made.'}`),
    });
    // What is measured is kept when a later one fails.
    writeFileSync(RESULTS, page());
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function commandOf(name: string): string {
  return `\`npm run bench:${name}\``;
}

function rowOf(name: string, figure: Figure): string {
  const cells = [
    figure.name,
    measured(figure),
    goalOf(figure),
    figure.goal ? (isReached(figure) ? 'yes' : 'no') : '',
    commandOf(name),
    commit,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What the page says of it already. */
function before(name: string): Told {
  const lines = readFileSync(RESULTS, 'utf8').split('\n');
  const rows = lines.filter((line) => line.includes(`| ${commandOf(name)} |`));
  const names = rows.map((row) => row.split(' | ')[0]?.slice(2) ?? '');
  return { rows, bounds: lines.filter((line) => names.some((figure) => line.startsWith(`- **${figure}**: `))) };
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
  const all = [...told.values()];
  const bounds = all.flatMap((one) => one.bounds);
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  return `# What the benchmarks measured

Made by \`npm run bench\`, last on ${new Date().toISOString().slice(0, 10)}: ${others.length + 1} cores of ${model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB,
Node ${process.versions.node}. Load, service, Postgres and peer share them, in alternating rounds; each figure is the median of the rounds, with the least and the most.
Absolute figures of two machines, or of two days, say nothing: compare ratios of one run.

| figure | measured | goal | reached | command | at |
|---|---|---|---|---|---|
${all.flatMap((one) => one.rows).join('\n')}
${bounds.length > 0 ? `\n## What bounds those that are not reached\n\n${bounds.join('\n')}\n` : ''}`;
}

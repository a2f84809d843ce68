import { readFileSync } from 'node:fs';

/** What a real shop did at each step of test/recordings/<name>.txt: `  step: outcome`, a line each. The second of a name is `name #2`. */
export function readTimeline(name: string): ReadonlyMap<string, string> {
  const text = readFileSync(new URL(`./${name}.txt`, import.meta.url), 'utf8');
  const steps = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, step, outcome] = /^ {2}(\S.*?): (.*)$/.exec(line) ?? [];
    if (step === undefined || outcome === undefined) continue;
    let name = step;
    for (let n = 2; steps.has(name); n += 1) name = `${step} #${n}`;
    steps.set(name, outcome);
  }
  return steps;
}

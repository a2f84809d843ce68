import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { PROBLEMS, type ProblemName } from '../../src/common/problem.catalogue.ts';
import { VARIABLES } from '../../src/config/environment.ts';

const readme = readFileSync('README.md', 'utf8');

it('the README names only problem types that exist, each with its status, and links to all of them', () => {
  const named = [...readme.matchAll(/`urn:sync-operations:problem:([a-z-]+)` \((\d{3})\)/g)];
  expect(named.length).toBeGreaterThanOrEqual(3);
  for (const [, name, status] of named) expect(PROBLEMS[name as ProblemName]?.status).toBe(Number(status));
  expect(readme).toContain('](docs/errors.md)');
});

it('the README lists every variable', () => {
  expect(VARIABLES.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});

it('the README names no npm script that does not exist', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  const named = [
    ...(readme + readFileSync('CONTRIBUTING.md', 'utf8')).matchAll(/npm run (?:--silent )?([a-z:-]+)/g),
  ].map(([, name]) => name);
  expect(named.filter((name) => !((name as string) in scripts))).toEqual([]);
});

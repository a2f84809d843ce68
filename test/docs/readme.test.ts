import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/common/problem.ts';
import { VARIABLES } from '../../src/config/environment.ts';

const readme = readFileSync('README.md', 'utf8');

it('the README lists every problem type with its status, and no other', () => {
  const listed = [...readme.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, name, status]) => [
    name,
    Number(status),
  ]);
  expect(listed.sort()).toEqual(
    Object.entries(PROBLEMS)
      .map(([name, { status }]) => [name, status])
      .sort(),
  );
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

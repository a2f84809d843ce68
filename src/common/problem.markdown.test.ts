import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from './problem.catalogue.ts';
import { problemsAsMarkdown } from './problem.markdown.ts';

describe('docs/errors.md', () => {
  it('is what npm run openapi makes of the catalogue', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(problemsAsMarkdown());
  });

  it.each(Object.entries(PROBLEMS))('says of %s in whole sentences what caused it and what to do', (_, problem) => {
    for (const text of [problem.cause, problem.action]) expect(text).toMatch(/^[A-Z`].{15,}\.$/);
    expect(problem.title).toMatch(/^[A-Z].*[^.]$/);
  });

  it.each(Object.keys(PROBLEMS))('has a heading for %s, where the link of a problem leads', (name) => {
    expect(problemsAsMarkdown()).toMatch(new RegExp(`^## .*${name}`, 'm'));
  });
});

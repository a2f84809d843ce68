import { writeFile } from 'node:fs/promises';
import { problemsAsMarkdown } from '../common/problem.markdown.ts';

// npm run docs:errors: writes docs/errors.md.
await writeFile('docs/errors.md', problemsAsMarkdown());

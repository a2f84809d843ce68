import { writeFile } from 'node:fs/promises';
import { rightsAsMarkdown } from '../auth/rights.markdown.ts';
import { problemsAsMarkdown } from '../common/problem.markdown.ts';
import { parseEnvironment } from '../config/environment.ts';
import { createApp } from '../create-app.ts';
import { createDocument } from '../http/openapi.ts';
import { runCommand } from './command.line.ts';

// npm run openapi: writes openapi.json, docs/errors.md and docs/rights.md. Nothing is connected to: the URL is only parsed.
await runCommand(async () => {
  const app = await createApp(
    parseEnvironment({ DATABASE_URL: 'postgres://nobody@127.0.0.1/nothing', LOG_LEVEL: 'silent' }),
  );
  await writeFile('openapi.json', `${JSON.stringify(createDocument(app), null, 2)}\n`);
  await writeFile('docs/errors.md', problemsAsMarkdown());
  await writeFile('docs/rights.md', rightsAsMarkdown());
  await app.close();
});

import { CATALOGUE_PATH, PROBLEM_TYPE_PREFIX, PROBLEMS } from './problem.catalogue.ts';

/** docs/errors.md: the catalogue as a page of the repository. */
export function problemsAsMarkdown(): string {
  const names = Object.entries(PROBLEMS).map(
    ([name, { status, title }]) => `| [\`${name}\`](#${name}) | ${status} | ${title} |`,
  );
  const sections = Object.entries(PROBLEMS).map(
    ([name, { status, title, cause, action }]) => `## ${name}

**${status} ${title}** \`${PROBLEM_TYPE_PREFIX}${name}\`

Cause: ${cause}

What to do: ${action}
`,
  );
  return `# Errors

<!-- Made by \`npm run openapi\` from src/common/problem.catalogue.ts. -->

Every error is \`application/problem+json\` (RFC 9457). Switch on \`type\`, which is \`${PROBLEM_TYPE_PREFIX}\` and a name below; it is the same in every
deployment and never changes. \`detail\` is for people, \`errors\` points to each wrong field, \`request_id\` leads to the lines of the log. The \`Link\`
header of the response (\`rel="help"\`) leads to the same text at \`${CATALOGUE_PATH}\` of the service.

| name | status | title |
|---|---|---|
${names.join('\n')}

${sections.join('\n')}`;
}

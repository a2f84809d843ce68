import { FURTHER_RIGHTS, OPERATION_RIGHTS } from './operation.rights.ts';
import { hasRight, RIGHT_NAMES, RIGHTS, ROLE_NAMES, scopesOfMember } from './rights.ts';

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (words: readonly string[]) => words.map((word) => `\`${word}\``).join(', ');

/** docs/rights.md: what each role may do, and what each operation needs. */
export function rightsAsMarkdown(): string {
  const wide = ['sync:read', 'sync:write'] as const;
  const rights = RIGHT_NAMES.map((right) =>
    row(
      `\`${right}\``,
      RIGHTS[right],
      ...ROLE_NAMES.map((role) => (hasRight(scopesOfMember(role, false), right) ? 'yes' : '')),
      ...wide.map((scope) => (hasRight([scope], right) ? 'yes' : '')),
    ),
  );
  const operations = Object.entries(OPERATION_RIGHTS).map(([id, needed]) => {
    const further = FURTHER_RIGHTS[id];
    return row(`\`${id}\``, code(needed) + (further ? `; \`${further.right}\` when ${further.when}` : ''));
  });
  return `# Roles and rights

<!-- Made by \`npm run openapi\` from src/auth/rights.ts and src/auth/operation.rights.ts. -->

An operation needs one right or two. A **role** is a set of rights, for people. A **scope**, which a key or a token carries, is the word of a role or of
a right with \`sync:\` before it: \`sync:operator\`, \`sync:control\`. Several scopes add up. \`GET /whoami\` says what yours come to (\`rights\`). Who lacks a
right gets 403 \`missing-scope\`, which names it.

\`sync:read\` and \`sync:write\` are wide scopes that were there before the roles, and mean what they meant; \`sync:admin\` is the role.

**Payloads** are the values of items: records, previews, differences, conflicts, histories, the failed items of a sync, messages to receivers. Seeing
them is a right of its own, which no role but admin has: give it beside the role (\`sync:payloads\`, or the member's switch). Without it, operations that
show such values are refused as a whole. Counts, states, times, ids and settings of connections are no payloads. Neither are error messages, but for what they
quote: without the right, \`[masked]\` stands for it, and for addresses and phone numbers, in answers, the stream, the trail and its export, whose search then
finds only what is shown ([privacy.md](privacy.md)). Whatever else a reporter writes, into \`current_item\` or an entry's \`details\`, is shown to whoever sees
the sync or the trail.

Rights say what somebody may do within an organization. That nobody sees another organization is kept by Postgres, whatever the rights.

${row('right', 'what it is for', ...ROLE_NAMES, ...wide.map((scope) => `\`${scope}\``))}
${row(...Array.from({ length: 2 + ROLE_NAMES.length + wide.length }, () => '---'))}
${rights.join('\n')}

## What each operation needs

${row('operation', 'rights')}
${row('---', '---')}
${operations.join('\n')}
`;
}

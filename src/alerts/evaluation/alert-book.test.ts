import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RuleRow } from '../alert.types.ts';
import { AlertBook } from './alert.book.ts';

const rule = (id: string) => ({ id, name: id, kind: 'failed', still_open_seconds: null }) as unknown as RuleRow;
const about = (subject: string) => ({
  ...{
    subject,
    connection_id: null,
    entity_type: null,
    source_system: null,
    sync_id: null,
    run_kind: null,
    label: 'x',
  },
});

it('of each rule and subject changes alternate, one a round, however verdicts come', () => {
  const verdicts = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('s', 't'), fc.boolean()), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(verdicts, (all) => {
      const book = new AlertBook([]);
      for (const [id, subject, holds] of all)
        book.decide(rule(id), about(subject), holds ? { holds, summary: '' } : { holds });
      const seen = new Map<string, string[]>();
      for (const round of book.rounds) {
        const keys = round.map((change) =>
          'opens' in change ? `${change.opens.rule_id} ${change.opens.subject}` : change.key,
        );
        expect(new Set(keys).size).toBe(keys.length);
        round.forEach((change, index) => {
          const key = keys[index] as string;
          seen.set(key, [...(seen.get(key) ?? []), 'opens' in change ? 'opens' : 'resolves']);
        });
      }
      for (const changes of seen.values())
        changes.forEach((change, index) => void expect(change).toBe(index % 2 === 0 ? 'opens' : 'resolves'));
      // What is open at the end is what held last.
      const last = new Map(all.map(([id, subject, holds]) => [`${id} ${subject}`, holds]));
      for (const [key, holds] of last) expect((seen.get(key)?.length ?? 0) % 2 === 1).toBe(holds);
    }),
  );
});

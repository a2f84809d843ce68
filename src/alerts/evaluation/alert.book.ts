import { masked } from '../../common/masked.text.ts';
import type { OpenAlert, OpenedAlert } from '../alert.sql.ts';
import type { RuleRow } from '../alert.types.ts';
import type { Verdict } from './ended.sync.ts';

/** What an alert is about, for people and for the API. */
export type About = Pick<
  OpenedAlert,
  'subject' | 'connection_id' | 'entity_type' | 'source_system' | 'sync_id' | 'run_kind'
> & {
  /** In words: "customer from My shop to records". */
  readonly label: string;
};

/** A change of state. An alert that was opened by the same evaluation has no id yet. */
export type Change =
  | { readonly opens: OpenedAlert }
  | { readonly resolves: string; readonly id: string | null; readonly key: string };

/** No organization has more open alerts: whoever has so many is not helped by another. */
export const MAX_OPEN = 1_000;

/**
 * What is open, and what an evaluation makes of it. Changes come in rounds: of each rule and subject the first in the first round, and so on, so
 * that each round can be stored in two statements, in whatever order. Pure.
 */
export class AlertBook {
  readonly rounds: Change[][] = [];
  private readonly open = new Map<string, { readonly id: string | null; readonly run_kind: string | null }>();
  private readonly nextRound = new Map<string, number>();

  constructor(alerts: readonly OpenAlert[]) {
    for (const { rule_id, subject, id, run_kind } of alerts) this.open.set(keyOf(rule_id, subject), { id, run_kind });
  }

  /** Opens or resolves, if that is a change. `mayResolve` gets the kind of the run that opened it. */
  decide(
    rule: RuleRow,
    about: About,
    verdict: Verdict,
    mayResolve: (openedBy: string | null) => boolean = () => true,
  ): void {
    if (verdict === null) return;
    const key = keyOf(rule.id, about.subject);
    const open = this.open.get(key);
    if (verdict.holds) {
      if (open || this.open.size >= MAX_OPEN) return;
      const { label, ...names } = about;
      const { id: rule_id, name: rule_name, kind, still_open_seconds } = rule;
      // What a system or a reporter said may quote a person, and whoever is alerted need not be allowed to see values of items.
      const summary = `${label}: ${masked(verdict.summary)}`.slice(0, 1_000).toWellFormed();
      this.add(key, { opens: { rule_id, rule_name, kind, still_open_seconds, summary, ...names } });
      this.open.set(key, { id: null, run_kind: about.run_kind });
    } else if (open && mayResolve(open.run_kind)) this.resolve(key, 'It is well again.');
  }

  /** Resolves an alert whose rule or subject is gone. */
  end({ rule_id, subject }: Pick<OpenAlert, 'rule_id' | 'subject'>, why: string): void {
    const key = keyOf(rule_id, subject);
    if (this.open.has(key)) this.resolve(key, why);
  }

  private resolve(key: string, resolution: string): void {
    this.add(key, { resolves: resolution, id: this.open.get(key)?.id ?? null, key });
    this.open.delete(key);
  }

  private add(key: string, change: Change): void {
    const round = this.nextRound.get(key) ?? 0;
    this.nextRound.set(key, round + 1);
    this.rounds[round] ??= [];
    this.rounds[round].push(change);
  }
}

export const keyOf = (ruleId: string, subject: string): string => `${ruleId} ${subject}`;

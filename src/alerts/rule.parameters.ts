import { invalidMember } from '../common/problem.ts';
import { type AlertKind, parametersOf, type RuleParameter } from './alert.types.ts';

const ALL: readonly RuleParameter[] = ['threshold', 'percent', 'seconds'];

type Given = Readonly<Partial<Record<RuleParameter, number | null | undefined>>>;

/** The parameters of a rule with the defaults of its kind. Throws invalid-request for one that the kind has not, needs, or bounds otherwise. */
export function checkedParameters(kind: AlertKind, given: Given): Record<RuleParameter, number | null> {
  const known = parametersOf(kind);
  const read = (name: RuleParameter): number | null => {
    const parameter = known[name];
    const value = given[name] ?? null;
    if (!parameter) {
      if (value === null) return null;
      throw invalidMember(`#/${name}`, `does not belong to the kind ${kind}`);
    }
    if (value === null) {
      if (parameter.required) throw invalidMember(`#/${name}`, `is required for the kind ${kind}`);
      return parameter.default ?? null;
    }
    if (value < parameter.min || value > parameter.max)
      throw invalidMember(`#/${name}`, `must be from ${parameter.min} to ${parameter.max} for the kind ${kind}`);
    return value;
  };
  const [threshold = null, percent = null, seconds = null] = ALL.map(read);
  return { threshold, percent, seconds };
}

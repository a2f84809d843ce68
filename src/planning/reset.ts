import type { CanonicalData } from '../connectors/canonical/canonical.types.ts';
import { STATES } from './archived.entry.ts';
import { topOf } from './field.diff.ts';
import type { Reset } from './plan.types.ts';

/** The top-level members that a reset writes, with the values that they get. */
export const resetMembers = ({ data, fields }: Reset): Record<string, unknown> =>
  membersNamed(
    data,
    fields.map(({ field }) => topOf(field)),
  );

/** Those of the members that the data has. */
export const membersNamed = (data: CanonicalData | object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(data).filter(([name]) => names.includes(name)));

/** To archive an entry, or to bring it back, changes the others by itself. */
export const withoutState = (members: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !STATES.has(name) && name !== 'published'));

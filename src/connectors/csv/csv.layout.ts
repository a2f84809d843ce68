import { ConnectorError } from '../contract/connector.error.ts';
import { type CellKind, MEMBERS } from './csv.members.ts';
import type { Row } from './csv.rows.ts';
import type { CsvSettings, DecimalMark } from './csv.settings.ts';

/** A member of the canonical shape and the cell it is read from. */
interface MappedColumn {
  /** `billing.city`. */
  readonly path: string;
  readonly kind: CellKind;
  readonly index: number;
}

/** How the rows of one file are read. */
export interface Layout {
  readonly names: readonly string[];
  readonly idIndex: number;
  readonly columns: readonly MappedColumn[];
  readonly decimalMark: DecimalMark;
}

/** Holds the settings against the file's header. Throws ConnectorError `rejected` with all that is wrong. Pure. */
export function layoutOf({ cells: names }: Row, { entity, idColumn, columns, decimalMark }: CsvSettings): Layout {
  const wrong: string[] = [];
  const indexOf = (name: unknown, purpose: string): number => {
    const wanted = typeof name === 'string' ? name.trim() : '';
    const index = wanted === '' ? -1 : names.indexOf(wanted);
    if (index < 0) wrong.push(`there is no column ${JSON.stringify(name)} for ${purpose}`);
    else if (names.lastIndexOf(wanted) !== index) wrong.push(`there is more than one column ${JSON.stringify(wanted)}`);
    return index;
  };
  const idIndex = indexOf(idColumn, 'the id');
  const mapped = Object.entries(columns).flatMap(([path, name]): MappedColumn[] => {
    const kind = MEMBERS[entity].get(path);
    if (kind) return [{ path, kind, index: indexOf(name, path) }];
    wrong.push(`a ${entity} has no member ${path} that a column can hold`);
    return [];
  });
  if (Object.keys(columns).length === 0) wrong.push('no column is mapped');
  if (wrong.length === 0) return { names, idIndex, columns: mapped, decimalMark };
  const there = names.map((name) => JSON.stringify(name)).join(', ');
  throw new ConnectorError('rejected', `The settings do not fit the file: ${wrong.join('; ')}. Its columns: ${there}.`);
}

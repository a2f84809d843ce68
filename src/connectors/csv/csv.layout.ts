import { ConnectorError } from '../contract/connector.error.ts';
import { type CellKind, MEMBERS } from './csv.members.ts';
import type { Row } from './csv.rows.ts';
import type { CsvSettings, DecimalMark } from './csv.settings.ts';

/** A canonical member and the cell that it is read from. */
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

/** Checks the settings against the file's header. Throws ConnectorError `rejected` with all errors. Pure. */
export function layoutOf({ cells: names }: Row, { entity, idColumn, columns, decimalMark }: CsvSettings): Layout {
  const errors: string[] = [];
  const indexOf = (name: unknown, purpose: string): number => {
    const wanted = typeof name === 'string' ? name.trim() : '';
    const index = wanted === '' ? -1 : names.indexOf(wanted);
    if (index < 0) errors.push(`there is no column ${JSON.stringify(name)} for ${purpose}`);
    else if (names.lastIndexOf(wanted) !== index)
      errors.push(`there is more than one column ${JSON.stringify(wanted)}`);
    return index;
  };
  const idIndex = indexOf(idColumn, 'the id');
  const mapped = Object.entries(columns).flatMap(([path, name]): MappedColumn[] => {
    const kind = MEMBERS[entity].get(path);
    if (kind) return [{ path, kind, index: indexOf(name, path) }];
    errors.push(`the member ${path} of a ${entity} cannot be mapped to a column`);
    return [];
  });
  if (Object.keys(columns).length === 0) errors.push('no column is mapped');
  if (errors.length === 0) return { names, idIndex, columns: mapped, decimalMark };
  const columnNames = names.map((name) => JSON.stringify(name)).join(', ');
  const message = `The settings do not fit the file: ${errors.join('; ')}. Its columns: ${columnNames}.`;
  throw new ConnectorError('rejected', message);
}

import type { Model } from '../orm/model.types.ts';
import type { Row } from '../orm/record.types.ts';
import { field, model } from './field.builders.ts';
import { fixedRows } from './reference.models.ts';

/** System parameters, which an administrator may read (recordings 901 to 906). */
export function parameterModel(): Model {
  return model({
    name: 'ir.config_parameter',
    label: 'System Parameter',
    order: 'key',
    fields: {
      key: field('char', 'Key', { required: true, indexed: true }),
      value: field('text', 'Value', { required: true }),
    },
    rows: [],
  });
}

export function parameterRow(key: string, value: string): Row {
  const [row] = fixedRows([{ id: 2, key, value }]);
  return row as Row;
}

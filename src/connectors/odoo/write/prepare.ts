import { ItemRefused, type Prepared, type PreparedWrite } from '../odoo.entity.ts';

/** One result per operation: its values, or why it cannot be written. */
export function prepareEach<T>(operations: readonly T[], prepare: (operation: T) => PreparedWrite): Prepared[] {
  return operations.map((operation) => {
    try {
      return prepare(operation);
    } catch (error) {
      if (error instanceof ItemRefused) return { problem: error.problem };
      throw error;
    }
  });
}

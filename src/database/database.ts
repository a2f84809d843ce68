/** A statement with its values; SQL text and values are written side by side in the `*.sql.ts` file of each module. */
export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

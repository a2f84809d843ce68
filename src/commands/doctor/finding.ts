/** What a check found. */
export interface Finding {
  readonly check:
    | 'settings'
    | 'database'
    | 'roles'
    | 'schema'
    | 'clocks'
    | 'partitions'
    | 'tasks'
    | 'queue'
    | 'connections'
    | 'systems';
  /** warn: it works, and somebody should look. fail: something does not work. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** One sentence. */
  readonly found: string;
  /** What to do. Nothing where all is well. */
  readonly remedy?: string;
}

export const ok = (check: Finding['check'], found: string): Finding => ({ check, state: 'ok', found });
export const warn = (check: Finding['check'], found: string, remedy: string): Finding => ({
  ...{ check, state: 'warn', found, remedy },
});
export const fail = (check: Finding['check'], found: string, remedy: string): Finding => ({
  ...{ check, state: 'fail', found, remedy },
});

import type { Principal } from '../auth/principal.ts';
import type { Statement } from '../database/database.ts';

/** An open transaction in which the organization is set. */
export interface TenantTransaction {
  query<Row extends object>(statement: Statement): Promise<Row[]>;
}

/** Whose request (or job) is being worked on. */
export interface TenantContext {
  readonly orgId: string;
  readonly principal: Principal;
  /** Set while a transaction is open, so that what runs inside joins it instead of opening another. */
  readonly transaction?: TenantTransaction;
}

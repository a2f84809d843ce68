import { Injectable } from '@nestjs/common';
import { Problem } from '../../common/problem.ts';
import type { OpenedConnection } from '../../connectors/connections/connection.types.ts';
import { SystemBinder } from '../../connectors/systems/system.binder.ts';
import type { SystemRow } from '../../connectors/systems/system.sql.ts';
import { RecordsForgetter } from '../../records/records.forgetter.ts';
import type { RetryPolicy } from './retry.policy.ts';

export interface ConfirmedSystems {
  readonly source: SystemRow;
  /** Null: the records. */
  readonly destination: SystemRow | null;
  /** See Batch.systems. */
  readonly byConnection: Readonly<Record<string, string>>;
}

/** Asks both systems of a run which they are, before anything is read or written. */
@Injectable()
export class RunSystems {
  constructor(
    private readonly binder: SystemBinder,
    private readonly forgetter: RecordsForgetter,
  ) {}

  /** Throws Problem another-system when a connection leads elsewhere, and conflict when both lead to the same. */
  async confirm(
    source: OpenedConnection,
    other: OpenedConnection | null,
    retryPolicy: RetryPolicy,
    signal: AbortSignal,
  ): Promise<ConfirmedSystems> {
    const confirm = async ({ connection, session }: OpenedConnection) =>
      this.binder.confirm(connection, await retryPolicy.call(() => session.identify(signal)));
    const from = await confirm(source);
    const to = other && (await confirm(other));
    if (to?.id === from.id)
      throw new Problem(
        'conflict',
        `"${source.connection.name}" and "${other?.connection.name}" lead to the same system, which is not synced with itself.`,
      );
    if (source.connection.forgets_records) await this.forgetter.forget(source.connection.id);
    return {
      source: from,
      destination: to,
      byConnection: { [source.connection.id]: from.id, ...(other && to && { [other.connection.id]: to.id }) },
    };
  }
}

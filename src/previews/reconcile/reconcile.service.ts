import { Injectable } from '@nestjs/common';
import { DEFAULT_LIMIT } from '../../common/list-query.dto.ts';
import { Problem } from '../../common/problem.ts';
import { decodeTuple, encodeTuple, notACursor } from '../../common/tuple.cursor.ts';
import { differenceOf } from '../../planning/planned.change.ts';
import { destinationConnectionOf } from '../../runs/dto/requests.dto.ts';
import type { RunDto } from '../../runs/dto/run.dto.ts';
import { RunStarter } from '../../runs/run.starter.ts';
import { RunsService } from '../../runs/runs.service.ts';
import { currentTenant, currentUser } from '../../tenancy/tenant.context.ts';
import { TenantDatabase } from '../../tenancy/tenant.database.ts';
import { differencesPage, type FoundDifferences, type StoredDifference } from './difference.sql.ts';
import type { DifferenceDto, DifferencePageDto, DifferencesQuery, StartReconcileDto } from './dto/reconcile.dto.ts';

const LIST = 'differences';

/** Starts reconciles, which compare both ends as they are now, and tells what they found. */
@Injectable()
export class ReconcileService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly starter: RunStarter,
    private readonly runs: RunsService,
  ) {}

  async start(connectionId: string, body: StartReconcileDto): Promise<RunDto> {
    const syncId = await this.starter.start({
      kind: 'reconcile',
      source_connection_id: connectionId,
      destination_connection_id: destinationConnectionOf({ destination: body.with }),
      entity_type: body.entity_type,
      mode: 'full',
      trigger: 'request',
      requested_by: currentUser(),
    });
    return this.runs.get(syncId);
  }

  /** Throws not-found for a sync that is no reconcile. */
  async differences(syncId: string, query: DifferencesQuery): Promise<DifferencePageDto> {
    const after = query.cursor === undefined ? null : keyOf(query.cursor);
    if (after && after.sync_id !== syncId) throw notACursor('belongs to another sync; start again without a cursor');
    const limit = query.limit ?? DEFAULT_LIMIT;
    const { orgId } = currentTenant();
    const statement = differencesPage(orgId, syncId, query.difference, after, limit + 1);
    const [found] = await this.database.read<FoundDifferences>(statement);
    if (found?.kind !== 'reconcile') {
      await this.runs.get(syncId);
      throw new Problem('not-found', `The sync "${syncId}" is no reconcile.`);
    }
    const last = found.items.length > limit && found.items[limit - 1];
    return {
      items: found.items.slice(0, limit).map(shown),
      next_cursor: last ? encodeTuple(LIST, [syncId, last.kind, last.external_id]) : null,
    };
  }
}

function keyOf(cursor: string) {
  const [sync_id = '', kind = '', external_id = ''] = decodeTuple(LIST, 3, cursor);
  return { sync_id, kind, external_id };
}

const shown = ({ kind, fields, ...found }: StoredDifference): DifferenceDto => ({
  ...found,
  difference: differenceOf({ kind, fields }),
  fields: fields.map(({ field, old, new: source }) => ({ field, source, destination: old })),
});

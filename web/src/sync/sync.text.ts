import type { Run } from '../../../clients/typescript/src/index.ts';
import { capitalized } from '../ui/format.ts';

const KINDS: Readonly<Record<Run['kind'], string>> = {
  sync: 'sync',
  preview: 'preview',
  apply: 'sync of a preview',
  retry: 'retry of failed items',
  webhook: 'sync by webhook',
};

/** Customer sync; Customer retry of failed items. */
export const syncTitle = (entityType: string, run?: Run): string =>
  `${capitalized(entityType)} ${run ? KINDS[run.kind] : 'sync'}`;

const TRIGGERS: Readonly<Record<Run['trigger'], string>> = {
  request: '',
  schedule: ' by its schedule',
  webhook: ' by a webhook',
};

/** ann; scheduler by its schedule; a webhook. */
export const startedBy = (initiator: string | null, run?: Run): string =>
  run && run.trigger !== 'request'
    ? `${initiator ?? ''}${TRIGGERS[run.trigger]}`.trim().replace(/^by /, '')
    : (initiator ?? 'not said');

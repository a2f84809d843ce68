import { validateSync } from 'class-validator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppendActivityDto } from '../../src/activity/dto/requests.dto.ts';
import { isSurelyValid } from '../../src/common/validity.ts';
import { CreateConnectionDto } from '../../src/connectors/connections/dto/requests.dto.ts';
import { FailDto, ReportDto, StartSyncDto, SyncIdParam } from '../../src/progress/dto/requests.dto.ts';
import { CreateScheduleDto } from '../../src/schedules/dto/requests.dto.ts';

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, stopAtFirstError: true };

/** Values that decorators disagree about, and some that they all refuse. */
const value = fc.oneof(
  fc.constantFrom(
    0,
    1,
    5,
    2 ** 31,
    2 ** 53,
    -1,
    0.5,
    'customer',
    'woocommerce',
    'paused',
    'a',
    '',
    'x'.repeat(300),
    '5',
    'a\0b',
  ),
  fc.constantFrom(
    undefined,
    true,
    {},
    { a: 1 },
    [],
    [1],
    '\ud800',
    '*/5 * * * *',
    'Europe/Berlin',
    'https://shop.test',
  ),
  fc.jsonValue(),
);

const membersOf = (type: new () => object, names: readonly string[]) =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 4 }).map((given) => Object.assign(new type(), given));

describe('An instance that is surely valid', () => {
  it.each([
    [ReportDto, ['processed_count', 'failed_count', 'current_item', 'status', 'message', 'checkpoint', 'total_items']],
    [StartSyncDto, ['sync_id', 'entity_type', 'source_system', 'total_items', 'metadata', 'initiated_by']],
    [FailDto, ['error_message', 'processed_count', 'failed_count']],
    [SyncIdParam, ['sync_id']],
    [AppendActivityDto, ['activity_type', 'status', 'entity_type', 'sync_id', 'details', 'record_count']],
    [CreateConnectionDto, ['name', 'system', 'base_url', 'credentials', 'settings']],
    [CreateScheduleDto, ['cron', 'time_zone', 'mode', 'entity_type', 'destination', 'enabled']],
  ] as const)('is one that class-validator accepts: %s', (type, names) => {
    fc.assert(
      fc.property(membersOf(type, names), (instance) => {
        if (isSurelyValid(type, instance)) expect(validateSync(instance, OPTIONS)).toEqual([]);
      }),
    );
  });

  it('is every report that is accepted, so that class-validator is not asked about it', () => {
    const counts = fc.record(
      { processed_count: fc.nat(), failed_count: fc.nat(), current_item: fc.nat() },
      { requiredKeys: ['processed_count'] },
    );
    fc.assert(
      fc.property(counts, (given) => {
        expect(isSurelyValid(ReportDto, Object.assign(new ReportDto(), given))).toBe(true);
      }),
    );
  });
});

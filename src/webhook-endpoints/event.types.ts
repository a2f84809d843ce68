/** What an endpoint can be told. Published where each happens: sql/publish_*.sql. */
const EVENT_TYPES = [
  'sync.started',
  'sync.paused',
  'sync.resumed',
  'sync.completed',
  'sync.completed_with_errors',
  'sync.failed',
  'sync.cancelled',
  'sync.timeout',
  'preview.ready',
  'preview.failed',
  'item.failed',
  'record.changed',
  'alert.opened',
  'alert.still_open',
  'alert.resolved',
  'trail.root',
] as const;

/** What a person asks for to see whether an endpoint works; sent to any endpoint. */
export const TEST_EVENT = 'endpoint.test';

/** What an endpoint may ask for: a type, all types of a kind, or everything. */
export const EVENT_FILTERS: readonly string[] = [
  ...EVENT_TYPES,
  ...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`)),
  '*',
];

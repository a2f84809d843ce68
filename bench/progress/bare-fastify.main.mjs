import Fastify from 'fastify';

/** The least that a PATCH of a sync can cost in Node: Fastify parses the JSON and responds with a row of the same size. Nothing is stored. */
const fastify = Fastify();
const now = new Date().toISOString();

fastify.patch('/api/sync/progress/:sync_id', async (request, reply) => {
  reply.header('content-type', 'application/json; charset=utf-8');
  return JSON.stringify({
    org_id: 'org-1',
    sync_id: request.params.sync_id,
    entity_type: 'customer',
    source_system: 'woocommerce',
    status: 'running',
    total_items: 2_000_000_000,
    processed_count: request.body.processed_count,
    failed_count: request.body.failed_count,
    current_item: request.body.current_item,
    progress_percentage: 0,
    items_per_minute: 1_234.5,
    elapsed_seconds: 12.3,
    estimated_seconds_remaining: 12_345,
    is_cancellable: true,
    is_paused: false,
    cancel_requested: false,
    pause_requested: false,
    initiated_by: 'user-1',
    started_at: now,
    updated_at: now,
    completed_at: null,
    error_message: null,
    metadata: {},
  });
});
fastify.get('/health/live', async () => ({ status: 'ok' }));

console.log(`listens on ${await fastify.listen({ port: 0, host: '127.0.0.1' })}`);
process.on('SIGTERM', () => fastify.close().then(() => process.exit(0)));

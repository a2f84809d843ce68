import type { Agent, Test } from 'supertest';

export const PATH = '/api/sync/progress';

/** The requests of one organization's user about its syncs. */
export class ProgressRequests {
  readonly #request: Agent;
  #count = 0;

  constructor(request: Agent) {
    this.#request = request;
  }

  newId(): string {
    this.#count += 1;
    return `sync-${this.#count}`;
  }

  start(body: object): Test {
    return this.#request.post(PATH).send(body);
  }

  /** Starts a sync of ten customers and returns its id. */
  async started(total_items: number | null = 10, sync_id = this.newId()): Promise<string> {
    await this.start({ sync_id, entity_type: 'customer', source_system: 'woocommerce', total_items }).expect(201);
    return sync_id;
  }

  read(sync_id: string): Test {
    return this.#request.get(`${PATH}/${encodeURIComponent(sync_id)}`);
  }

  list(query: object): Test {
    return this.#request.get(PATH).query(query);
  }

  report(sync_id: string, body: object): Test {
    return this.#request.patch(`${PATH}/${sync_id}`).send(body);
  }

  reportMany(items: readonly object[]): Test {
    return this.#request.patch(PATH).send({ items });
  }

  end(sync_id: string, how: 'complete' | 'fail', body: object = {}): Test {
    return this.#request.post(`${PATH}/${sync_id}/${how}`).send(body);
  }

  control(sync_id: string, what: 'pause' | 'resume' | 'cancel'): Test {
    return this.#request.post(`${PATH}/${sync_id}/${what}`);
  }

  /** The entries about the sync in the trail, newest first. */
  async trail(sync_id: string): Promise<{ activity_type: string }[]> {
    return (await this.#request.get('/api/sync/activity').query({ sync_id })).body.items;
  }
}

import { type Client, reportProgress, startSync } from '@sync-operations/client';
import { expect } from 'vitest';
import { metricOf } from '../support/metrics.ts';
import { TestViewer } from '../support/stream-viewer.ts';
import { sql } from '../support/test-database.ts';
import { startTestService, type TestService, type TokenClaims } from '../support/test-service.ts';

/** A service and those who watch its streams, for one test file. */
export class StreamFixture {
  readonly service: TestService;
  readonly viewers: TestViewer[] = [];
  #orgs = 0;

  private constructor(service: TestService) {
    this.service = service;
  }

  static async start(): Promise<StreamFixture> {
    return new StreamFixture(await startTestService());
  }

  newOrg(): string {
    this.#orgs += 1;
    return `org-${this.#orgs}`;
  }

  client(orgId: string, claims?: TokenClaims): Promise<Client> {
    return this.service.client(orgId, claims);
  }

  async watch(client: Client, orgId?: string): Promise<TestViewer> {
    const viewer = await TestViewer.open(client, orgId);
    this.viewers.push(viewer);
    return viewer;
  }

  closeViewers(): void {
    for (const viewer of this.viewers.splice(0)) viewer.close();
  }

  sql(orgId: string, text: string, values: readonly unknown[] = []) {
    return sql(this.service.database.appUrl, text, values, orgId);
  }

  metric(name: string): Promise<number> {
    return metricOf(this.service.url, name);
  }

  close(): Promise<void> {
    return this.service.close();
  }
}

export async function started(client: Client, sync_id: string, more: object = {}): Promise<string> {
  const body = { sync_id, entity_type: 'customer', source_system: 'shop', total_items: 1000, ...more };
  const { response } = await startSync({ client, body });
  expect(response?.status).toBe(201);
  return sync_id;
}

export const report = (client: Client, sync_id: string, processed_count: number) =>
  reportProgress({ client, path: { sync_id }, body: { processed_count } });

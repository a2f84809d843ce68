import { randomUUID } from 'node:crypto';
import type { CanonicalCustomer, CanonicalData } from '../../src/connectors/canonical/canonical.types.ts';
import type {
  Connector,
  ConnectorSession,
  ExternalItem,
  Page,
  WriteOperation,
  WriteResult,
} from '../../src/connectors/contract/connector.types.ts';

/** What a test may do in the middle of a call. */
export interface FakeHooks {
  beforeRead?(reads: number): Promise<void> | void;
  beforeWrite?(operations: readonly WriteOperation[]): Promise<void> | void;
  afterWrite?(operations: readonly WriteOperation[]): Promise<void> | void;
  beforeToken?(): Promise<void> | void;
  beforeReadByIds?(): Promise<void> | void;
}

/** A system in memory behind the contract of a connector: what is tested with it is the runner, not a system. */
export class FakeSystem {
  readonly items = new Map<string, CanonicalCustomer & { readonly mark?: string }>();
  readonly versions = new Map<string, number>();
  readonly written: WriteOperation[] = [];
  hooks: FakeHooks = {};
  /** What it says it is; another one after a test has put another system at its address. */
  identity: string = randomUUID();
  /** What its lists leave out although it exists; by id it is there. */
  unlisted: ReadonlySet<string> = new Set();
  reads = 0;
  /** How many characters of a phone number it holds. */
  phoneLength = Number.POSITIVE_INFINITY;
  private nextId = 1;
  private clock = 0;

  put(data: CanonicalCustomer, id = String(this.nextId++).padStart(6, '0')): string {
    this.items.set(id, data);
    this.clock += 1;
    this.versions.set(id, this.clock);
    return id;
  }

  fill(count: number): void {
    for (let i = 1; i <= count; i += 1)
      this.put({ email: `person${i}@example.test`, name: `Person ${i}`, phone: null });
  }

  remove(id: string): void {
    this.items.delete(id);
    this.versions.delete(id);
    this.clock += 1;
  }

  session(): ConnectorSession {
    return {
      check: async () => ({ version: '1', account: null, credentials_expire_at: null, warnings: [] }),
      identify: async () => ({ identity: this.identity, place: 'here', scope: '' }),
      count: async () => this.items.size,
      read: async (_entity, query, { cursor, pageSize }, signal) => {
        this.reads += 1;
        await this.hooks.beforeRead?.(this.reads);
        signal.throwIfAborted();
        return this.page(query.mode === 'incremental' ? Number(query.since?.clock ?? 0) : 0, cursor, pageSize);
      },
      readIds: async (_entity, { cursor, pageSize }) => {
        const { items, next } = this.page(0, cursor, pageSize);
        return { ids: items.map(({ external_id }) => external_id), next, total: null };
      },
      readByIds: async (_entity, ids) => {
        await this.hooks.beforeReadByIds?.();
        return ids.flatMap((id) => this.item(id) ?? []);
      },
      findMatches: async (_entity, candidates) =>
        candidates.map(({ key, data }) => {
          const { email } = data as CanonicalCustomer;
          return [...this.items]
            .filter(([, there]) => there.mark === key || (email && there.email?.toLowerCase() === email.toLowerCase()))
            .flatMap(([id]) => this.item(id) ?? []);
        }),
      write: async (_entity, operations) => {
        await this.hooks.beforeWrite?.(operations);
        const results = operations.map((operation) => this.write(operation));
        await this.hooks.afterWrite?.(operations);
        return results;
      },
      findRefusals: async (_entity, operations) => operations.map(() => null),
      changeToken: async () => {
        await this.hooks.beforeToken?.();
        return String(this.clock);
      },
    };
  }

  private page(since: number, cursor: unknown, pageSize: number): Page {
    const { after, began } = (cursor ?? { after: '', began: this.clock }) as { after: string; began: number };
    const isListed = (id: string) => id > after && !this.unlisted.has(id) && (this.versions.get(id) ?? 0) > since;
    const ids = [...this.items.keys()].sort().filter(isListed);
    const page = ids.slice(0, pageSize);
    const last = page.at(-1);
    const over = ids.length <= pageSize;
    return {
      items: page.flatMap((id) => this.item(id) ?? []),
      next: over ? null : { after: last, began },
      total: null,
      ...(over && { watermark: { clock: began } }),
    };
  }

  private item(id: string): ExternalItem | undefined {
    const found = this.items.get(id);
    if (!found) return undefined;
    const { mark: _, ...data } = found;
    if (data.email === 'broken')
      return {
        external_id: id,
        data: null,
        problem: { error_class: 'invalid_email', message: 'No email.' },
        raw: data,
      };
    return { external_id: id, data };
  }

  private held(name: string, value: unknown): unknown {
    return name === 'phone' && typeof value === 'string' ? value.slice(0, this.phoneLength) : value;
  }

  private write(operation: WriteOperation): WriteResult {
    this.written.push(operation);
    if (operation.kind === 'delete') {
      this.remove(operation.external_id);
      return { ok: true, external_id: operation.external_id, data: null };
    }
    const { email } = operation.data as CanonicalCustomer;
    if (email?.startsWith('refused'))
      return { ok: false, problem: { error_class: 'refused', message: 'This one is refused.' } };
    if (operation.kind === 'create') {
      const id = this.put({
        ...blank(),
        ...(operation.data as CanonicalCustomer),
        mark: operation.key,
      } as CanonicalCustomer);
      return { ok: true, external_id: id, data: this.item(id)?.data as CanonicalData };
    }
    const before = this.items.get(operation.external_id);
    // What it holds is what it says afterwards.
    const changed = Object.fromEntries(
      operation.changes.map((name) => [name, this.held(name, Reflect.get(operation.data, name))]),
    );
    this.put({ ...before, ...changed }, operation.external_id);
    return {
      ok: true,
      external_id: operation.external_id,
      data: this.item(operation.external_id)?.data as CanonicalData,
    };
  }
}

const blank = (): CanonicalCustomer => ({ email: null, name: null, phone: null });

/** The systems by the address of their connection: `https://one.example` is `systems.get('https://one.example')`. */
export function fakeConnector(systems: ReadonlyMap<string, FakeSystem>): Connector {
  return {
    description: {
      system: 'fake',
      title: 'Fake',
      entities: [
        {
          entity_type: 'customer',
          read: true,
          write: true,
          tells_changes: true,
          fields: ['email', 'name', 'phone'],
          deletes: 'permanent',
        },
      ],
      credentials: { type: 'object', properties: {} },
      settings: { type: 'object', properties: {} },
    },
    checkRead: () => undefined,
    open: ({ connection }) => {
      const system = systems.get(connection.base_url);
      if (!system) throw new Error(`no fake system at ${connection.base_url}`);
      return system.session();
    },
  };
}

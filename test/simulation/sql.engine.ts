import { createHash } from 'node:crypto';
import type { PGlite } from '@electric-sql/pglite';
import type { VirtualSocket } from './virtual.network.ts';
import type { Instance } from './virtual.process.ts';

const SYNC = 'S'.charCodeAt(0);
const SIMPLE_QUERY = 'Q'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
const SSL_REQUEST = 80_877_103;

/** Statements of the queue and of the clock of tasks, and those that only open, read or close. */
const CHANGES_NOTHING =
  /^ ?(BEGIN|COMMIT|ROLLBACK|SELECT (app\.set_org|set_config|id|org_id|approval|version|current)\b|.*\b(pgboss\.|app\.scheduled_tasks|active_group_count))/;

/** What a statement did, for the log. */
export interface Answered {
  readonly who: string;
  readonly sent: string;
  readonly text: string;
  readonly status: string;
}

/**
 * Real Postgres behind the wire protocol, for any number of connections. The engine has one session, so a transaction has it until its end
 * and the others wait, as behind a pooler.
 */
export class SqlEngine {
  private readonly waiting: Connection[] = [];
  private holder: Connection | undefined;
  private user = '';
  /** Whether the transaction at hand may have changed what the service keeps for tenants. */
  private mayHaveChanged = false;
  /** Called after every transaction that may have changed something. */
  onChange: () => void = () => undefined;
  onAnswer: (answered: Answered) => void = () => undefined;

  private readonly db: PGlite;

  constructor(db: PGlite) {
    this.db = db;
  }

  /** Forgets whoever was connected; the database is set back by its snapshot. */
  reset(): void {
    this.waiting.length = 0;
    this.holder = undefined;
    this.user = '';
    this.mayHaveChanged = false;
    this.onChange = () => undefined;
    this.onAnswer = () => undefined;
  }

  accept(socket: VirtualSocket, from: Instance | undefined): void {
    new Connection(this, socket, from?.name ?? 'nobody');
  }

  /** The connection has something to ask, and does it when it is its turn. */
  want(connection: Connection): void {
    if (!this.waiting.includes(connection) && this.holder !== connection) this.waiting.push(connection);
    this.work();
  }

  /** The connection is gone; what it had open is taken back. */
  leave(connection: Connection): void {
    const place = this.waiting.indexOf(connection);
    if (place >= 0) this.waiting.splice(place, 1);
    if (this.holder !== connection) return;
    this.say('ROLLBACK');
    this.over();
    this.work();
  }

  get isIdle(): boolean {
    return !this.holder;
  }

  /** As the administrator, between the transactions of others. */
  ask<Row extends object>(text: string): Row[] {
    if (this.holder) throw new Error('somebody is in a transaction');
    this.become('postgres');
    return rowsOf(this.say(text)) as Row[];
  }

  private work(): void {
    for (;;) {
      this.holder ??= this.waiting.shift();
      const group = this.holder?.take();
      if (!this.holder || !group) {
        // In a transaction: whoever holds it has not asked yet.
        if (this.holder?.status !== 'I') return;
        this.holder = undefined;
        if (this.waiting.length === 0) return;
        continue;
      }
      const { holder } = this;
      if (holder.status === 'I') this.become(holder.user);
      const answer = Buffer.from(this.db.execProtocolRawSync(group));
      holder.status = String.fromCharCode(answer.at(-1) ?? 0);
      const text = statementOf(group);
      this.mayHaveChanged ||= !CHANGES_NOTHING.test(text);
      this.onAnswer({
        who: holder.name,
        sent: createHash('sha256').update(group).digest('base64').slice(0, 8),
        text,
        status: holder.status + errorOf(answer),
      });
      holder.socket.write(answer);
      if (holder.status === 'I') this.over();
    }
  }

  private over(): void {
    this.holder = undefined;
    const { mayHaveChanged } = this;
    this.mayHaveChanged = false;
    if (mayHaveChanged) this.onChange();
  }

  /** The session's role and its settings, which a login would have brought. */
  private become(user: string): void {
    if (this.user === user) return;
    this.user = user;
    this.say('RESET ROLE');
    this.say('RESET ALL');
    if (user === 'postgres') return;
    this.say(`SET ROLE ${user}`);
    if (user === 'sync_app') this.say(`SET enable_seqscan TO off; SET timezone TO 'UTC'`);
  }

  private say(text: string): Buffer {
    return Buffer.from(this.db.execProtocolRawSync(message(SIMPLE_QUERY, Buffer.from(`${text}\0`))));
  }
}

/** One client of the engine. */
class Connection {
  status = 'I';
  user = 'postgres';
  private bytes: Buffer = Buffer.alloc(0);
  private started = false;
  readonly socket: VirtualSocket;
  readonly name: string;

  constructor(engine: SqlEngine, socket: VirtualSocket, name: string) {
    this.socket = socket;
    this.name = name;
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      if (!this.started) this.start();
      if (this.started && this.bytes.length > 0) engine.want(this);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => engine.leave(this));
  }

  /** Everything up to the next answer that the client waits for. */
  take(): Buffer | undefined {
    let at = 0;
    while (at + 5 <= this.bytes.length) {
      const type = this.bytes[at];
      at += 1 + this.bytes.readUInt32BE(at + 1);
      if (type === TERMINATE) {
        this.bytes = Buffer.alloc(0);
        this.socket.destroy();
        return undefined;
      }
      if (at <= this.bytes.length && (type === SYNC || type === SIMPLE_QUERY)) {
        const group = this.bytes.subarray(0, at);
        this.bytes = this.bytes.subarray(at);
        return group;
      }
    }
    return undefined;
  }

  private start(): void {
    if (this.bytes.length < 8 || this.bytes.length < this.bytes.readUInt32BE(0)) return;
    const length = this.bytes.readUInt32BE(0);
    const opening = this.bytes.subarray(8, length).toString().split('\0');
    const isSsl = this.bytes.readUInt32BE(4) === SSL_REQUEST;
    this.bytes = this.bytes.subarray(length);
    if (isSsl) {
      this.socket.write('N');
      return;
    }
    this.user = opening[opening.indexOf('user') + 1] ?? 'postgres';
    this.started = true;
    const text = (...parts: string[]) => Buffer.from(`${parts.join('\0')}\0`);
    this.socket.write(
      Buffer.concat([
        message('R', Buffer.alloc(4)),
        message('S', text('server_version', '18.0')),
        message('S', text('client_encoding', 'UTF8')),
        message('S', text('standard_conforming_strings', 'on')),
        message('K', Buffer.alloc(8)),
        message('Z', Buffer.from('I')),
      ]),
    );
  }
}

function message(type: string | number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = typeof type === 'number' ? type : type.charCodeAt(0);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** The messages of an answer. */
function* messagesOf(answer: Buffer): Generator<{ type: string; body: Buffer }> {
  for (let at = 0; at + 5 <= answer.length; ) {
    const length = answer.readUInt32BE(at + 1);
    yield { type: String.fromCharCode(answer[at] ?? 0), body: answer.subarray(at + 5, at + 1 + length) };
    at += 1 + length;
  }
}

/** The beginning of the SQL of a group, whichever way it was sent. */
function statementOf(group: Buffer): string {
  for (const { type, body } of messagesOf(group)) {
    if (type === 'Q') return body.toString().replaceAll(/\s+/g, ' ').slice(0, 80);
    if (type === 'P')
      return (
        body
          .subarray(body.indexOf(0) + 1)
          .toString()
          .split('\0')[0]
          ?.replaceAll(/\s+/g, ' ')
          .slice(0, 80) ?? ''
      );
  }
  return '';
}

function errorOf(answer: Buffer): string {
  for (const { type, body } of messagesOf(answer))
    if (type === 'E')
      return ` ${body
        .toString()
        .split('\0')
        .filter((field) => /^[CM]/.test(field))
        .map((field) => field.slice(1))
        .join(' ')}`;
  return '';
}

/** The rows of a simple query, each a member a column, as text. */
function rowsOf(answer: Buffer): Record<string, string | null>[] {
  const failure = errorOf(answer);
  if (failure) throw new Error(failure);
  let names: string[] = [];
  const rows: Record<string, string | null>[] = [];
  for (const { type, body } of messagesOf(answer)) {
    if (type === 'T') {
      names = [];
      let at = 2;
      for (let left = body.readUInt16BE(0); left > 0; left -= 1) {
        const end = body.indexOf(0, at);
        names.push(body.subarray(at, end).toString());
        at = end + 19;
      }
    }
    if (type === 'D') {
      let at = 2;
      rows.push(
        Object.fromEntries(
          names.map((name) => {
            const length = body.readInt32BE(at);
            const value = length < 0 ? null : body.subarray(at + 4, at + 4 + length).toString();
            at += 4 + Math.max(0, length);
            return [name, value];
          }),
        ),
      );
    }
  }
  return rows;
}

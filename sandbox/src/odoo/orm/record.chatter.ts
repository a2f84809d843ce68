import type { Environment, Model } from './model.types.ts';
import { userError } from './odoo.error.ts';
import type { Row } from './record.types.ts';

/**
 * The rows that a client's create or write adds to the tables of mail: a message and a follower a create, a message for tracked fields that
 * change, and a mail to a salesperson who is named (mail-rows.jsonl). Context keys turn each off. What `admin` changes is not noted.
 */
export function noteInChatter(env: Environment, model: Model, id: number, before: Row | null): void {
  const { chatter } = model;
  if (!chatter || env.internal || env.context.tracking_disable) return;
  const { mail_create_nolog: noLog, mail_create_nosubscribe: noFollower, mail_notrack: noTrack } = env.context;
  const row = env.db.table(model.name).row(id);
  if (before === null) {
    if (!noLog) note(env, model.name, id, 'mail.message');
    if (!noFollower) note(env, model.name, id, 'mail.followers');
  } else if (!noTrack && chatter.tracked.some((name) => !Object.is(before[name] ?? null, row?.[name] ?? null))) {
    note(env, model.name, id, 'mail.message');
  }
  const named = row?.user_id ?? null;
  if (named === null || named === env.uid || named === (before?.user_id ?? null)) return;
  requireSender(env);
  for (const table of ['mail.message', 'mail.followers', 'mail.mail', 'mail.notification'])
    note(env, model.name, id, table);
}

/** 18 sends nothing in the name of a user without an email address (recordings 410 and 411). */
export function requireSender(env: Environment): void {
  if (env.internal || env.version !== 18 || env.db.read(env, 'res.users', env.uid, 'email') !== null) return;
  throw userError("Unable to send message, please configure the sender's email address.");
}

/** A message that no context key suppresses, as that of a changed quantity. */
export function postMessage(env: Environment, model: string, id: number): void {
  if (!env.internal) note(env, model, id, 'mail.message');
}

function note(env: Environment, model: string, id: number, table: string): void {
  if (!env.db.hasModel(table)) return;
  const stamps = { create_date: env.now, write_date: env.now, create_uid: env.uid, write_uid: env.uid };
  env.db.put(table, { ...stamps, id: env.db.table(table).nextId(), model, res_model: model, res_id: id });
}

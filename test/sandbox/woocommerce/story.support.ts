import { expect } from 'vitest';
import { readRecording } from '../../recordings/recording.parser.ts';
import { replay } from './recordings.support.ts';

type Json = Awaited<ReturnType<typeof replay>>['body'];

/**
 * A recording, and the members of what was answered that the requests so far decide; without them the whole body. `lines(name total)`: of a
 * list, these members of each.
 */
export type Step = readonly [name: string, ...members: string[]];

/**
 * Sends recorded requests one after another, each with the ids that this shop has given to what was made before. `ids`: those of what is there,
 * by the recorded one.
 */
export async function playAsRecorded(
  folder: string,
  steps: readonly Step[],
  shopUrl: string,
  ids: Map<number, number> = new Map(),
): Promise<void> {
  for (const [name, ...members] of steps) {
    const recording = readRecording(`${folder}/${name}`);
    const { request } = recording;
    const sent = { ...request, url: named(request.url, ids), body: request.body && named(request.body, ids) };
    const { status, body } = await replay({ ...recording, request: sent }, shopUrl);
    const like = recording.body as Json;
    if (recording.status === 201) learn(like, body, ids);
    expect([name, status, picked(body, members)]).toEqual([
      ...[name, recording.status],
      own(picked(like, members), ids),
    ]);
  }
}

/** Of what was made, and of its lines. */
function learn(recorded: Json, body: Json, ids: Map<number, number>): void {
  ids.set(recorded.id, body?.id);
  for (const list of ['line_items', 'shipping_lines', 'fee_lines'])
    for (const [i, line] of (recorded[list] ?? []).entries()) ids.set(line.id, body?.[list]?.[i]?.id);
}

const named = (text: string, ids: ReadonlyMap<number, number>): string =>
  text.replace(/(?<=[/:[= ,])\d+(?=[/,}\]?&]|$)/g, (id) => String(ids.get(Number(id)) ?? id));

function picked(body: Json, members: readonly string[]): unknown {
  if (Array.isArray(body)) return body.map((one) => picked(one, members));
  if (members.length === 0) return body;
  return Object.fromEntries(
    members.map((member) => {
      const [, name = member, inner = ''] = /^(\w+)\((.*)\)$/.exec(member) ?? [];
      return [name, inner === '' ? body?.[name] : picked(body?.[name], inner.split(' '))];
    }),
  );
}

/** As recorded, with this shop's ids. */
function own(value: Json, ids: ReadonlyMap<number, number>): unknown {
  if (Array.isArray(value))
    return value.map((one) => (typeof one === 'number' ? (ids.get(one) ?? one) : own(one, ids)));
  if (typeof value !== 'object' || value === null) return value;
  const isId = (name: string) => name === 'id' || name.endsWith('_id');
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      isId(name) && typeof part === 'number' ? (ids.get(part) ?? part) : own(part as Json, ids),
    ]),
  );
}

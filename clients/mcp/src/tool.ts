import type { Client, Problem } from '@sync-operations/client';
import type { z } from 'zod';

/** What an assistant may ask for. */
export interface Tool<Shape extends z.ZodRawShape = z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Shape;
  /** read: changes nothing; steer: changes what syncs do, and is offered only where that is allowed. */
  readonly kind: 'read' | 'steer';
  run(client: Client, input: z.infer<z.ZodObject<Shape>>): Promise<unknown>;
}

/** Keeps the input's type for `run`. */
export const tool = <Shape extends z.ZodRawShape>(definition: Tool<Shape>): Tool => definition as unknown as Tool;

/** The service refused. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** The data of an answer of the client, or RefusedError with what the service says. */
export function dataOf<Data>(answer: { data?: Data; error?: unknown; response?: Response }): Data {
  if (answer.response?.ok && answer.data !== undefined) return answer.data;
  const problem = answer.error as Partial<Problem> | undefined;
  if (problem?.type) throw new RefusedError(`${problem.type} (${problem.status}): ${problem.detail}`);
  throw new RefusedError(
    `The service cannot be reached: ${(answer.error as Error | undefined)?.message ?? 'no answer'}`,
  );
}

/** An assistant reads all of an answer, and pays for it. */
const MAX_CHARACTERS = 20_000;

/** As JSON. What is longer is cut, and says so: a shorter list is a limit away. */
export function bounded(value: unknown): string {
  const text = JSON.stringify(value, null, 1);
  if (text.length <= MAX_CHARACTERS) return text;
  return `${text.slice(0, MAX_CHARACTERS)}\n… cut after ${MAX_CHARACTERS} of ${text.length} characters: ask for less, by a limit or a filter.`;
}

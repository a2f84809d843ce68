import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../common/problem.ts';
import { settingsOf } from '../common/route.config.ts';

/** Deeper nesting is not data but an attack on the code that reads it recursively: validation, hashing, Postgres. */
const MAX_DEPTH = 100;
/** Of one object. Many members take far longer to parse than as much text in an array, and nobody else is served meanwhile. */
const MAX_MEMBERS = 50_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** Whether objects and arrays are nested more than `limit` deep in each other; one pass, no recursion. The text need not be valid. */
export function isNestedDeeper(json: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString) index += code === BACKSLASH ? 1 : 0;
    else if (OPENING.has(code)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (CLOSING.has(code)) depth -= 1;
  }
  return false;
}

/** Whether one object has more than `limit` members; of an object that is not nested too deep. One pass, no recursion. */
export function isWiderThan(json: string, limit: number): boolean {
  // Shorter text has no room for them: a name, a colon, a value and a comma each.
  if (json.length < limit * 5) return false;
  const members: number[] = [];
  let current = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) inString = !inString;
    else if (inString) index += code === BACKSLASH ? 1 : 0;
    else if (code === COLON) {
      current += 1;
      if (current > limit) return true;
    } else if (OPENING.has(code)) {
      members.push(current);
      current = 0;
    } else if (CLOSING.has(code)) current = members.pop() ?? 0;
  }
  return false;
}

type Done = (error: Error | null, body?: unknown) => void;
type Parser = (request: unknown, body: { toString(): string }, done: Done) => void;

/**
 * Fastify's own parser for bodies of a sane depth; an empty body is no body. It takes any member name: validation refuses those that an
 * operation does not know, and those in free JSON that could become a prototype.
 */
export function jsonParser(fastify: FastifyInstance) {
  const parse = fastify.getDefaultJsonParser('ignore', 'ignore');
  return (request: unknown, body: { toString(): string }, done: Done): void => {
    const json = body.toString();
    // Generated clients name the type also where they send nothing, as in POST …/cancel.
    if (json === '') done(null, undefined);
    else if (isNestedDeeper(json, MAX_DEPTH)) {
      const detail = `is nested more than ${MAX_DEPTH} deep`;
      done(new Problem('malformed-request', `The body ${detail}.`, { errors: [{ pointer: '#', detail }] }));
    } else if (isWiderThan(json, MAX_MEMBERS)) {
      const detail = `has an object of more than ${MAX_MEMBERS} members`;
      done(new Problem('malformed-request', `The body ${detail}.`, { errors: [{ pointer: '#', detail }] }));
    } else void parse(request as FastifyRequest, json, done);
  };
}

/** The body as it came, a Buffer, for a route whose bytes are signed; parsed for any other. */
export function rawOr(parse: Parser): Parser {
  return (request, body, done) => {
    if (settingsOf(request as FastifyRequest).rawBody) done(null, body);
    else parse(request, body, done);
  };
}

/** A form of a page of ours, or the greeting of WooCommerce to a new webhook; no other route accepts one. */
export const formParser: Parser = (request, body, done) => {
  if (settingsOf(request as FastifyRequest).form) done(null, Object.fromEntries(new URLSearchParams(body.toString())));
  else done(new Problem('unsupported-media-type', 'This route does not accept a form; send application/json.'));
};

import { masked } from './masked.text.ts';

/** What people read of an error, in answers and in what a client wrote into the trail. It may quote values of items. */
const SAID = ['error_message', 'waiting_reason', 'last_error', 'message', 'error', 'warnings'];

const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const LITERAL = new RegExp(STRING, 'g');
/** A quotation mark within a string is escaped, so what looks like a member is one. */
const MEMBER = new RegExp(
  String.raw`("(?:${SAID.join('|')})"\s*:\s*)(${STRING}|\[\s*(?:${STRING}\s*,\s*)*${STRING}\s*\])`,
  'g',
);

/** JSON text for whoever may not see values of items: what an error says is masked, in members of these names at any depth. */
export const withMaskedMembers = (json: string): string =>
  json.replaceAll(MEMBER, (_all, name: string, value: string) => name + value.replaceAll(LITERAL, maskedLiteral));

const maskedLiteral = (literal: string): string => JSON.stringify(masked(JSON.parse(literal) as string));

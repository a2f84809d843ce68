import { exactJson } from './exact.json.ts';

/** Deeper than what any item may be, so that an item with something left out is still refused as too deep. */
const MAX_DEPTH = 100;

/** The value without what lies deeper than `MAX_DEPTH`, which nothing that calls itself could walk through. Throws SyntaxError. */
export function prunedJson(text: string): unknown {
  const value = exactJson(text);
  if (isDeep(text)) prune(value);
  return value;
}

/** More than any system has fields. An object of so many takes a second to hand over from thread to thread. */
const MAX_MEMBERS = 10_000;

/** Whether an object of the value, which is not deep, has more members than any object should. */
export function hasTooManyMembers(root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null) continue;
    const members = Object.values(value);
    if (!Array.isArray(value) && members.length > MAX_MEMBERS) return true;
    for (const member of members) if (typeof member === 'object') open.push(member);
  }
  return false;
}

/** Also counts the brackets in texts, which costs a walk that finds nothing. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

function prune(root: unknown): void {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: root, depth: 1 }];
  for (let at = open.pop(); at; at = open.pop()) {
    const { value, depth } = at;
    if (typeof value !== 'object' || value === null) continue;
    const members = value as Record<string, unknown>;
    for (const name of Object.keys(members)) {
      const member = members[name];
      if (typeof member !== 'object' || member === null) continue;
      if (depth >= MAX_DEPTH) members[name] = null;
      else open.push({ value: member, depth: depth + 1 });
    }
  }
}

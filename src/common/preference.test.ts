import { expect, it } from 'vitest';
import { prefersMinimal } from './preference.ts';

it.each([
  ['return=minimal', true],
  ['Return="minimal"', true],
  ['respond-async, return = minimal; of=rows', true],
  ['return=representation', false],
  ['return=minimally', false],
  ['return="minimal', false],
  ['noreturn=minimal', false],
  ['', false],
  [undefined, false],
])('%s asks for a minimal response: %s', (header, asks) => {
  expect(prefersMinimal(header)).toBe(asks);
});

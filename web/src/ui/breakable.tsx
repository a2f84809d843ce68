import { Fragment } from 'react';

/** An address, an e-mail or an id that breaks after its separators only, and never in the middle of a word. */
export function Breakable({ text }: { readonly text: string }) {
  return text.split(/(?<=[/.@_-])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change their order
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

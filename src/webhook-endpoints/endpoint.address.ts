import { Problem } from '../common/problem.ts';
import { ConnectorError } from '../connectors/contract/connector.error.ts';
import { checkUrl } from '../connectors/http/address.guard.ts';
import type { MessageFormat } from './message.body.ts';

const MAX_RECIPIENTS = 10;
/** Plain addresses only: no quotes, comments or names, in which other headers could hide. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])$/;

/** The recipients of an address like mailto:ops@example.com,desk@example.com. */
export const recipientsOf = (url: string): string[] => url.slice('mailto:'.length).split(',');

/** What may be told of an address: the path of a receiver may be a secret, and recipients are persons. */
export const originOf = (url: string): string =>
  url.startsWith('mailto:') ? `${recipientsOf(url).length} recipients` : new URL(url).origin;

/** Throws invalid-request for an address that may not be called. A name is checked again at each delivery, when it is resolved. */
export function checkedAddress(
  endpoint: { readonly url: string; readonly format: MessageFormat; readonly events: readonly string[] },
  { isPrivateAllowed, hasMail }: { readonly isPrivateAllowed: boolean; readonly hasMail: boolean },
): string {
  const { url, format, events } = endpoint;
  if (format === 'email') {
    if (!hasMail) throw invalidMember('format', 'email needs a mail server, which the operator names in SYNC_SMTP_URL');
    if (events.some((event) => !event.startsWith('alert.')))
      throw invalidMember('events', 'must be of alerts for e-mail: others come too often');
    return checkedRecipients(url);
  }
  try {
    return checkUrl(url, { allowHttp: isPrivateAllowed, allowPrivateAddresses: isPrivateAllowed }).href;
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    throw invalidMember('url', `is refused: ${error.message}`);
  }
}

function checkedRecipients(url: string): string {
  const wrong = (why: string) => invalidMember('url', `must be mailto: and addresses with commas between them; ${why}`);
  if (!url.startsWith('mailto:')) throw wrong('it does not begin with mailto:');
  const recipients = recipientsOf(url);
  if (recipients.length > MAX_RECIPIENTS) throw wrong(`there may be ${MAX_RECIPIENTS} of them`);
  if (!recipients.every((recipient) => ADDRESS.test(recipient))) throw wrong('one of them is no plain address');
  return url;
}

const invalidMember = (name: string, detail: string): Problem =>
  new Problem('invalid-request', `${name} ${detail}.`, { errors: [{ pointer: `#/${name}`, detail }] });

import { type Event, messageText } from './message.text.ts';

interface MailBody {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly references: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A message as a mail. Its id is the same in every attempt, so that a mail server can leave out the second one; those of one alert refer to
 * the same, so that a mail program shows them together.
 */
export function mailBody(orgId: string, event: Event): MailBody {
  const { title, lines, links } = messageText(event);
  const subject = `[${orgId}] ${title}`.slice(0, 200).toWellFormed();
  const thread = typeof event.data.alert_id === 'string' ? event.data.alert_id : event.event_id;
  const paragraphs = lines.map((line) => `<p>${escaped(line)}</p>`).join('');
  const linked = links.map(({ text, url }) => `<p><a href="${escaped(url)}">${escaped(text)}</a></p>`).join('');
  return {
    subject,
    text: [title, ...lines, ...links.map(({ text, url }) => `${text}: ${url}`)].join('\n\n'),
    html: `<h1 style="font-size:1.1em">${escaped(title)}</h1>${paragraphs}${linked}`,
    messageId: `<${event.event_id}@sync-operations>`,
    references: `<${thread}@sync-operations>`,
    // No answers of absent people to a machine (RFC 3834).
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

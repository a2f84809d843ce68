import type { MessageText } from './message.text.ts';

/** Slack refuses more in one section. */
const MAX_SECTION = 3_000;

/** The body of an incoming webhook of Slack, which Mattermost, Rocket.Chat, Discord (…/slack) and others take, too. */
export function slackBody({ title, lines, links }: MessageText): string {
  const text = [`*${escaped(title)}*`, ...lines.map(escaped)].join('\n').slice(0, MAX_SECTION).toWellFormed();
  const section = (content: string) => ({ type: 'section', text: { type: 'mrkdwn', text: content } });
  const linked = links.map((link) => `<${escaped(link.url)}|${escaped(link.text)}>`).join('   ');
  // Receivers that know no blocks show the text.
  return JSON.stringify({
    text: linked === '' ? text : `${text}\n${linked}`,
    blocks: [section(text), ...(linked === '' ? [] : [section(linked)])],
  });
}

/** As Slack asks for it: anything else is a link, a mention of everybody, or a character. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

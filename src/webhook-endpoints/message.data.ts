import { masked } from '../common/masked.text.ts';
import type { Event } from './message.text.ts';

/**
 * What receivers are told of an event, in every format. Whoever reads a chat, or runs a receiver, need not be allowed to see the values of items that an
 * error quotes: who may reads them from the API.
 */
export function toldOf<T extends Pick<Event, 'data'>>(event: T): T {
  const { error_message } = event.data;
  if (typeof error_message !== 'string') return event;
  return { ...event, data: { ...event.data, error_message: masked(error_message) } };
}

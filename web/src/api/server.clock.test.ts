import { afterEach, describe, expect, it, vi } from 'vitest';
import { noteServerTime, serverNow } from './server.clock.ts';

describe('The clock of the service', () => {
  afterEach(() => vi.useRealTimers());

  const respondedAt = (date: string) => noteServerTime(new Response(null, { headers: { date } }));

  it('is followed however wrong the clock of this machine is, also when that is set meanwhile', () => {
    vi.useFakeTimers({ now: Date.parse('2031-01-01T00:00:00Z') });
    respondedAt('Fri, 27 Nov 2026 10:00:00 GMT');
    vi.advanceTimersByTime(5_000);
    expect(serverNow()).toBe(Date.parse('2026-11-27T10:00:05Z'));
    vi.setSystemTime(Date.parse('2001-01-01T00:00:00Z'));
    respondedAt('Fri, 27 Nov 2026 10:00:06 GMT');
    expect(serverNow()).toBe(Date.parse('2026-11-27T10:00:06Z'));
  });

  it('does not waver with the seconds of the header, nor with a response that has none', () => {
    vi.useFakeTimers({ now: Date.parse('2026-11-27T10:00:00Z') });
    respondedAt('Fri, 27 Nov 2026 10:00:00 GMT');
    const before = serverNow();
    vi.advanceTimersByTime(900);
    respondedAt('Fri, 27 Nov 2026 10:00:00 GMT');
    noteServerTime(new Response());
    expect(serverNow()).toBe(before + 900);
  });
});

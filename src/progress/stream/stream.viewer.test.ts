import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { steadyNow } from '../../common/clock.ts';
import { StreamViewer, type ViewerEnd } from './stream.viewer.ts';

const MIB = 1024 * 1024;
let taken: (() => void)[];
let response: Writable;
let viewer: StreamViewer;
let ends: ViewerEnd[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
  taken = [];
  ends = [];
  // A connection that takes what is written when the test says so.
  response = new Writable({ highWaterMark: 16, write: (_chunk, _encoding, done) => void taken.push(done) });
  const credentials = { orgId: 'org-1', expiresAt: null, keyHash: undefined };
  viewer = new StreamViewer(response as ServerResponse, credentials, (how) => ends.push(how));
});
afterEach(() => {
  vi.useRealTimers();
});

const takeAll = async () => {
  for (let done = taken.shift(); done; done = taken.shift()) {
    done();
    await new Promise(setImmediate);
  }
};
const later = (seconds: number) => {
  vi.advanceTimersByTime(seconds * 1_000);
  viewer.check(steadyNow());
};

describe('A viewer', () => {
  it('that reads nothing for 30 seconds is cut off', async () => {
    viewer.begin(Buffer.alloc(100));
    later(29);
    expect(response.destroyed).toBe(false);
    later(2);
    await viewer.closed;
    expect(ends).toEqual(['slow']);
  });

  it('that is slow, but faster than that, stays connected', async () => {
    viewer.begin(Buffer.alloc(100));
    later(29);
    await takeAll();
    later(29);
    viewer.send(Buffer.alloc(100));
    later(29);
    expect(response.destroyed).toBe(false);
  });

  it('with more than a MiB unsent is cut off; its snapshot, however big, does not count', async () => {
    viewer.begin(Buffer.alloc(3 * MIB));
    viewer.send(Buffer.alloc(MIB));
    viewer.send(Buffer.alloc(1));
    expect(response.destroyed).toBe(false);
    viewer.send(Buffer.alloc(1));
    expect(response.destroyed).toBe(true);
    await viewer.closed;
    expect(ends).toEqual(['slow']);
  });

  it('that does not read the last event is not waited for', async () => {
    viewer.begin(Buffer.alloc(100));
    viewer.end('expired');
    expect(response.destroyed).toBe(false);
    vi.advanceTimersByTime(5_000);
    await viewer.closed;
    expect(ends).toEqual(['expired']);
  });

  it('that left receives nothing more', async () => {
    response.destroy();
    await viewer.closed;
    viewer.send(Buffer.alloc(1));
    viewer.end('restarting');
    expect(ends).toEqual(['left']);
    expect(taken).toEqual([]);
  });
});

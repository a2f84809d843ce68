import { describe, expect, it } from 'vitest';
import { reportExample } from './report.example.ts';

describe('The command that reports a sync', () => {
  it('names the service and the organization, whatever its id holds', () => {
    const command = reportExample('http://sync.example:3000', "o'brien & co");
    expect(command).toContain("'http://sync.example:3000/api/sync/progress'");
    expect(command).toContain(`-H 'X-Org-Id: o'\\''brien & co'`);
  });
});

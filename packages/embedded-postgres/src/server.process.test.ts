import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeSettings } from './server.process.ts';

let cluster: string;

beforeEach(() => {
  cluster = mkdtempSync(path.join(os.tmpdir(), 'settings-'));
});

afterEach(() => rmSync(cluster, { recursive: true }));

test('given settings replace the defaults but cannot open the server to other machines', () => {
  writeSettings(cluster, 5555, { timezone: 'Europe/Zurich', listen_addresses: '*', port: '1' });
  const written = readFileSync(path.join(cluster, 'embedded.conf'), 'utf8');
  expect(written).toContain("timezone = 'Europe/Zurich'\n");
  expect(written).toContain("listen_addresses = '127.0.0.1'\n");
  expect(written).toContain("port = '5555'\n");
});

test('a value with quotes and backslashes stays one value', () => {
  writeSettings(cluster, 5555, { 'app.note': "it's a \\ here" });
  expect(readFileSync(path.join(cluster, 'embedded.conf'), 'utf8')).toContain("app.note = 'it''s a \\\\ here'\n");
});

test('a name or value that would write a second setting is refused', () => {
  expect(() => writeSettings(cluster, 5555, { 'fsync = off\nport': '1' })).toThrow('is not the name');
  expect(() => writeSettings(cluster, 5555, { fsync: "off'\nport = 1" })).toThrow('must be one line');
});

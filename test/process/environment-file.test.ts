import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await cleanUp();
  await database.drop();
});

function folderWith(files: Record<string, string>): string {
  const folder = newFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

describe('.env in the folder where the service is started', () => {
  it('is read, and what is set already wins over it', async () => {
    const cwd = folderWith({ '.env': `DATABASE_URL=${database.appUrl}\nPORT=refused\nLOG_LEVEL="warn"\n` });
    const service = await ServiceProcess.start({ PORT: '0' }, { cwd });
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
    expect((await service.stop()).code).toBe(0);
  });

  it('yields to .env.local', async () => {
    const cwd = folderWith({
      '.env.local': 'LOG_LEVEL=from-local\n',
      '.env': 'LOG_LEVEL=info\nSYNC_WORKER=from-env\n',
    });
    const { code, stderr } = await ServiceProcess.spawn({ SYNC_WORKER: 'on' }, { cwd }).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^LOG_LEVEL must be /) });
  });
});

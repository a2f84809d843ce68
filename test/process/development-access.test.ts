import { afterAll, expect, it } from 'vitest';
import { cleanUp, newFolder, ServiceProcess } from '../support/service-process.ts';

afterAll(cleanUp);

it('the development key works as soon as the address is printed', async () => {
  const apiKey = 'a-key-for-tests-only';
  const { url } = await ServiceProcess.start({ SYNC_DATA_DIR: newFolder(), SYNC_DEV_API_KEY: apiKey });
  const { status } = await fetch(`${url}/api/sync/progress?orgId=org-1`, { headers: { 'x-api-key': apiKey } });
  expect(status).toBe(200);
});

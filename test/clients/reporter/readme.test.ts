import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanUp, newFolder } from '../../support/service-process.ts';
import { startTestService, type TestService } from '../../support/test-service.ts';
import { hasPython, runProgram } from './reporter.languages.ts';

// The programs of both READMEs as they are printed, with a shop of three customers of whom one is refused.

let service: TestService;
let variables: Record<string, string>;
beforeAll(async () => {
  service = await startTestService();
  const key = await service.createKey({ orgId: null });
  variables = { SYNC_URL: service.url, KEY: key };
});
afterAll(async () => {
  await service.close();
  await cleanUp();
});

const programOf = (readme: string, language: string): string => {
  const text = readFileSync(readme, 'utf8');
  const found = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, code]) => code as string,
  );
  return found.find((code) => /withSync|with_sync/.test(code)) as string;
};

async function expectEnded(sync_id: string): Promise<void> {
  const request = await service.request('org-123');
  const { body } = await request.get(`/api/sync/progress/${sync_id}`).expect(200);
  expect(body).toMatchObject({ status: 'completed_with_errors', processed_count: 2, failed_count: 1 });
  const trail = await request.get('/api/sync/activity').query({ sync_id, failed: true });
  expect(trail.body.items.map(({ error_message }: { error_message: string }) => error_message)).toContain(
    'Invalid email',
  );
}

describe('The program of the README', () => {
  it('for TypeScript, of 15 lines, reports the sync', async () => {
    const program = programOf('clients/typescript/README.md', 'ts').replaceAll('customers-monday', 'by-typescript');
    expect(program.trimEnd().split('\n').filter(Boolean).length).toBeLessThanOrEqual(15);
    const folder = newFolder();
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'), 'dir');
    const shop = `export async function* fetchCustomers({ after }) { yield* [{ id: 1 }, { id: 2 }, { id: 3 }].slice(after); }
      export async function saveCustomer({ id }) { if (id === 2) throw new Error('Invalid email'); }`;
    writeFileSync(join(folder, 'shop.ts'), shop);
    const file = join(folder, 'program.ts');
    writeFileSync(file, ts.transpile(program, { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext }));
    const { code, output, errors } = await runProgram(
      [process.execPath, '--conditions=@sync-operations/source', file],
      variables,
    );
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toBe('completed_with_errors 2 1\n');
    await expectEnded('by-typescript');
  });

  it.skipIf(!hasPython)('for Python, of 15 lines, reports the sync', async () => {
    const program = programOf('clients/python/README.md', 'python').replaceAll('customers-monday', 'by-python');
    expect(program.trimEnd().split('\n').filter(Boolean).length).toBeLessThanOrEqual(15);
    const folder = newFolder();
    const shop = `def fetch_customers(): return [{"id": 1}, {"id": 2}, {"id": 3}]
def save_customer(customer):
    if customer["id"] == 2: raise ValueError("Invalid email")
`;
    writeFileSync(join(folder, 'shop.py'), shop);
    writeFileSync(join(folder, 'program.py'), program);
    const { code, errors } = await runProgram(['python3', join(folder, 'program.py')], variables);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    await expectEnded('by-python');
  });
});

describe('The Python client', () => {
  it.skipIf(!hasPython)('uses operations and fields of openapi.json, and names every field of a sync', async () => {
    const print = `import json, typing; from sync_operations import api
print(json.dumps({"operations": api.OPERATIONS, "progress": list(typing.get_type_hints(api.Progress)), "problem": list(typing.get_type_hints(api.Problem))}))`;
    const { output } = await runProgram(['python3', '-c', print], {});
    const { operations, progress, problem } = JSON.parse(output);
    const { paths, components } = JSON.parse(readFileSync('openapi.json', 'utf8'));
    for (const [id, [method, path]] of Object.entries<[string, string]>(operations))
      expect(paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    expect(progress.toSorted()).toEqual(Object.keys(components.schemas.Progress.properties).sort());
    expect(problem.toSorted()).toEqual(Object.keys(components.schemas.Problem.properties).sort());
  });
});

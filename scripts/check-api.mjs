import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

// npm run check:api [-- --local]: holds the public surface of the clients equal to the reports in the repository, so that
// each change of it is a diff. With --local it writes the reports.

const local = process.argv.includes('--local');
const root = fileURLToPath(new URL('..', import.meta.url));

for (const folder of ['clients/typescript', 'clients/react']) {
  requireCurrentBuild(join(root, folder));
  const configuration = configurationOf(join(root, folder));
  const report = relative(root, configuration.reportFilePath);
  const result = Extractor.invoke(configuration, {
    localBuild: local,
    messageCallback: (message) => {
      message.handled = message.logLevel !== ExtractorLogLevel.Error;
    },
  });
  if (result.errorCount > 0) process.exitCode = 1;
  if (!result.apiReportChanged) console.log(`${report} is current.`);
  else if (local) console.log(`${report} is written.`);
  else {
    console.error(`${report}: ${firstDifference(linesOf(report), linesOf(configuration.reportTempFilePath))}`);
    process.exitCode = 1;
  }
}
if (process.exitCode) console.error('If the change is meant: npm run check:api -- --local');

/** An outdated build would be compared in place of the sources. */
function requireCurrentBuild(folder) {
  const built = statSync(join(folder, 'dist/index.d.ts'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const changed = globSync('src/**/*.{ts,tsx}', { cwd: folder }).map((file) => statSync(join(folder, file)).mtimeMs);
  if (built > Math.max(...changed)) return;
  console.error('The clients are not built from the present sources: npm run client:build');
  process.exit(1);
}

function configurationOf(folder) {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: '<projectFolder>/dist/index.d.ts',
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: '<projectFolder>/tsconfig.json' },
      apiReport: {
        enabled: true,
        reportFolder: '<projectFolder>',
        reportTempFolder: '<projectFolder>/dist',
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        // No release tags: all that is exported is public.
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
}

function linesOf(file) {
  const path = resolve(root, file);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
}

function firstDifference(before, after) {
  const at = after.findIndex((text, index) => text !== before[index]);
  const line = at < 0 ? after.length : at;
  return `the public surface differs from line ${line + 1} on:\n- ${before[line] ?? ''}\n+ ${after[line] ?? ''}`;
}

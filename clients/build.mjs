import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Builds the package of the current folder twice: dist for `import`, dist/cjs for `require` and for TypeScript's older
// module resolutions. Two runs of the compiler, because one writes one kind of module.

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compile = (...options) =>
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json', ...options], { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
compile();
compile(
  ...['--module', 'commonjs', '--moduleResolution', 'bundler', '--verbatimModuleSyntax', 'false'],
  ...['--outDir', 'dist/cjs'],
);
writeFileSync('dist/cjs/package.json', `${JSON.stringify({ type: 'commonjs' })}\n`);
if (existsSync('src/style.css')) copyFileSync('src/style.css', 'dist/style.css');

import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/** Listens and shuts down; everything else is behind the check, which must run on a Node too old to load the rest. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Sync Operations needs Node 22.18 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
// Compiled code of some 3,000 modules, kept beside the build for the next start; where that cannot be written, there is none.
modules.enableCompileCache(fileURLToPath(new URL('../compile-cache', import.meta.url)));
// Stack traces name the sources. The flag --enable-source-maps would read the maps of all packages, too: half a second.
modules.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
const { serve } = await import('./serve.ts');
await serve();
// A sync of a million records makes garbage as fast as one of ten thousand and keeps as little of it; left alone, V8 lets the heap
// grow to several times of what is alive before it looks. Costs no throughput that could be measured; only the start, above, is
// faster without.
setFlagsFromString('--heap-growing-percent=20');

import * as modules from 'node:module';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';

/** Checks the version of Node, then serves. The check must run on a Node that is too old to load the rest, hence the dynamic import. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`Sync Operations needs Node 22.18 or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
// Caches the compiled code of some 3,000 modules beside the build for the next start. Where it cannot be written, Node goes without.
modules.enableCompileCache(fileURLToPath(new URL('../compile-cache', import.meta.url)));
// Stack traces name the sources. The flag --enable-source-maps would read the maps of all packages, too: half a second.
modules.setSourceMapsSupport(true, { nodeModules: false, generatedCode: false });
const { serve } = await import('./serve.ts');
await serve();
// Without this flag V8 lets the heap grow to several times the live data before it collects garbage, so a sync of a million records
// would use more memory than one of ten thousand. It has no measurable cost in throughput. It slows the start, so it is set afterwards.
setFlagsFromString('--heap-growing-percent=20');

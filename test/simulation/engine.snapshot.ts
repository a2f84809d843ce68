import type { PGlite } from '@electric-sql/pglite';
import { SeededRandom } from './seeded.random.ts';

/** A file of the engine, which keeps all of them in memory. */
interface FileNode {
  contents: unknown;
  usedBytes: number;
}

interface OpenFile {
  readonly node: FileNode;
  readonly shared: { flags: number; position: number };
}

type Engine = Omit<PGlite['Module'], 'FS'> & {
  readonly wasmMemory: WebAssembly.Memory;
  readonly FS: {
    readonly root: FileNode;
    readonly streams: (OpenFile | null)[];
    /** By the hash of folder and name; a node leads to the next one of its hash. */
    readonly nameTable: (FileNode | undefined)[];
    nextInode: number;
    unlink(path: string): void;
    createDevice(folder: string, name: string, nextByte: () => number): void;
  };
};

/**
 * The engine as it is at one moment, byte for byte: its memory, its files and which of them are open. To go back takes a twentieth of a
 * second, and what comes then is as it was the first time, to the numbers of transactions, since the engine is nothing but these bytes
 * while it does nothing. To be taken when every library that it needs is loaded.
 */
export class EngineSnapshot {
  private readonly engine: Engine;
  private random = new SeededRandom('the engine');
  private readonly memory: Uint8Array;
  private readonly nextInode: number;
  private readonly names: readonly (FileNode | undefined)[];
  private readonly files: { node: FileNode; was: FileNode; contents: unknown }[] = [];
  private readonly open: readonly (readonly [OpenFile, was: OpenFile, shared: OpenFile['shared']] | null)[];

  constructor(db: PGlite) {
    this.engine = db.Module as unknown as Engine;
    const { wasmMemory, FS } = this.engine;
    // Its own keeps some chance in store, outside of these bytes.
    FS.unlink('/dev/urandom');
    FS.createDevice('/dev', 'urandom', () => this.random.between(0, 255));
    this.memory = new Uint8Array(wasmMemory.buffer).slice();
    this.nextInode = FS.nextInode;
    this.names = [...FS.nameTable];
    this.open = FS.streams.map((stream) => stream && [stream, { ...stream }, { ...stream.shared }]);
    this.keep(FS.root);
  }

  restore(random: SeededRandom): void {
    this.random = random;
    const { wasmMemory, FS } = this.engine;
    const memory = new Uint8Array(wasmMemory.buffer);
    memory.set(this.memory);
    memory.fill(0, this.memory.length);
    FS.nextInode = this.nextInode;
    for (const { node, was, contents } of this.files) Object.assign(node, was, { contents: copyOf(contents) });
    FS.nameTable.splice(0, FS.nameTable.length, ...this.names);
    FS.streams.length = 0;
    for (const open of this.open) {
      const [stream, was, shared] = open ?? [];
      FS.streams.push(
        stream && was ? Object.assign(stream, { ...was, shared: Object.assign(was.shared, shared) }) : null,
      );
    }
  }

  private keep(node: FileNode & { mounted?: { root: FileNode } }): void {
    const { contents } = node;
    this.files.push({ node, was: { ...node }, contents: copyOf(contents) });
    if (isFolder(contents)) for (const child of Object.values(contents)) this.keep(child);
    if (node.mounted && node.mounted.root !== node) this.keep(node.mounted.root);
  }
}

const isFolder = (contents: unknown): contents is Record<string, FileNode> =>
  typeof contents === 'object' && contents !== null && !ArrayBuffer.isView(contents) && !Array.isArray(contents);

function copyOf(contents: unknown): unknown {
  if (ArrayBuffer.isView(contents)) return (contents as Uint8Array).slice();
  if (Array.isArray(contents)) return [...contents];
  return isFolder(contents) ? { ...contents } : contents;
}

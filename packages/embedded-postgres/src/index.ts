export { holdsDatabase, openDataFolder } from './data-folder.ts';
export { EmbeddedPostgresError } from './embedded-postgres.error.ts';
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './embedded-postgres.ts';
export type { PostgresBinaries } from './postgres.binaries.ts';
export { identify, isPostgresServer } from './process.identity.ts';
export { freePort } from './server.process.ts';

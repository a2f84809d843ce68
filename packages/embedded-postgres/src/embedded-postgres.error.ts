/** Every failure of the embedded database, in one sentence a person can act on; the first cause, if any, is in `cause`. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** The part of an unknown failure worth printing inside a sentence: the system's code (`EACCES`) or the message. */
export function reason(error: unknown): string {
  const code = errorCode(error);
  return code ?? (error instanceof Error ? error.message : String(error));
}

/** `code` of a Node system error or of a Postgres error (the SQLSTATE). */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** True for the file system's errors when this user may not write to a folder. */
export function isNotWritable(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error) ?? '');
}

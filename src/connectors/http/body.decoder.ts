import { promisify } from 'node:util';
import { gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { CallFailure, tooLarge } from './call.failure.ts';

const decompress = { gzip: promisify(gunzip), deflate: promisify(inflate), deflateRaw: promisify(inflateRaw) };

/**
 * The bytes of a complete body. Throws CallFailure: `too-large` beyond `maxBytes` after decompression (which
 * stops there, so a decompression bomb does no harm), `cut-off` when the compressed data ends early, `encoding` otherwise.
 */
export async function decodeBody(raw: Buffer, contentEncoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const encoding = (contentEncoding ?? '').trim().toLowerCase();
  if (raw.length === 0 || encoding === '' || encoding === 'identity') return raw;
  const options: ZlibOptions = { maxOutputLength: maxBytes };
  try {
    if (encoding === 'gzip' || encoding === 'x-gzip') return await decompress.gzip(raw, options);
    // "deflate" should have a zlib header, but some servers leave it out.
    const isRaw = ((raw[0] ?? 0) & 0x0f) !== 8;
    if (encoding === 'deflate') return await decompress[isRaw ? 'deflateRaw' : 'deflate'](raw, options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new CallFailure(code === 'Z_BUF_ERROR' ? 'cut-off' : 'encoding', true, code);
  }
  throw new CallFailure('encoding', true);
}

/** Without a byte order mark. */
export function toText(bytes: Buffer): string {
  return new TextDecoder().decode(bytes);
}

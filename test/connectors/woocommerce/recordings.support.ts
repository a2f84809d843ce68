import type { HttpResponse } from '../../../src/connectors/http/http.types.ts';
import type { Raw } from '../../../src/connectors/woocommerce/shop/shop.client.ts';
import { readRecording } from '../../recordings/recording.parser.ts';

/** For tests: rows that a real shop returned. */
export function recordedRows(name: string): Raw[] {
  return readRecording(`woocommerce-11/${name}`).body as Raw[];
}

/** For tests: a complete response of a real shop. */
export function recordedResponse(name: string): HttpResponse {
  const { status, headers, body } = readRecording(`woocommerce-11/${name}`);
  return { status, headers, body: JSON.stringify(body) };
}

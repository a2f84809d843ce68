import type { HttpResponse } from '../../../src/connectors/http/http.types.ts';
import type { Raw } from '../../../src/connectors/woocommerce/shop/shop.client.ts';
import { readRecording } from '../../recordings/recording.parser.ts';

/** For tests: the rows a real shop answered with. */
export function recordedRows(name: string): Raw[] {
  return readRecording(`woocommerce-11/${name}`).body as Raw[];
}

/** For tests: a real shop's whole answer. */
export function recordedResponse(name: string): HttpResponse {
  const { status, headers, body } = readRecording(`woocommerce-11/${name}`);
  return { status, headers, body: JSON.stringify(body) };
}

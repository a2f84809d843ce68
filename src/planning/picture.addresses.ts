import { isDeepStrictEqual } from 'node:util';
import type { CanonicalData, CanonicalProduct } from '../connectors/canonical/canonical.types.ts';
import type { Binding } from './plan.types.ts';

type Pictures = CanonicalProduct['images'];

/** A shop makes files of its own of the pictures that it is sent, so two systems never agree in their addresses; in their number and texts they do. */
export const withoutAddresses = (pictures: unknown): unknown =>
  Array.isArray(pictures) ? pictures.map((picture) => (picture as { alt?: string | null }).alt ?? null) : pictures;

/** Whether both ends have the pictures that the last sync left them with, and as many with the same texts. Pure. */
export function keepsPictures(
  binding: Pick<Binding, 'source_data' | 'destination_data'> | null,
  source: CanonicalData,
  destination: CanonicalData,
): boolean {
  if (!binding) return false;
  const [before, after] = [picturesOf(binding.source_data), picturesOf(source)];
  const [left, there] = [picturesOf(binding.destination_data), picturesOf(destination)];
  return (
    isDeepStrictEqual(before, after) &&
    isDeepStrictEqual(left, there) &&
    isDeepStrictEqual(withoutAddresses(after), withoutAddresses(there))
  );
}

const picturesOf = (data: CanonicalData): Pictures => ('images' in data ? data.images : undefined);

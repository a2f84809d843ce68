import { Icon } from '../ui/icon.tsx';
import type { ConflictParameters } from './conflict.filters.tsx';
import '../ui/button.css';

const FORMATS = [
  ['csv', 'CSV'],
  ['ndjson', 'NDJSON'],
] as const;

interface Props {
  readonly orgId: string;
  readonly filters: ConflictParameters;
}

/** Downloads every conflict that matches. A download cannot send headers, so the organization is a query parameter. */
export function ConflictExport({ orgId, filters }: Props) {
  return (
    <>
      {FORMATS.map(([format, title]) => (
        <a
          key={format}
          className="button button-small"
          href={`/api/sync/conflicts/export?${new URLSearchParams({ orgId, format, ...filters })}`}
          download
          aria-label={`Export as ${title}`}
        >
          <Icon name="download" /> {title}
        </a>
      ))}
    </>
  );
}

import { Icon } from '../ui/icon.tsx';
import { type ActivityQuery, exportAddress } from './activity.filters.ts';
import '../ui/button.css';

const FORMATS = [
  ['csv', 'CSV'],
  ['ndjson', 'NDJSON'],
] as const;

/** Downloads every entry that matches the filters, not only the loaded ones. The service streams it. */
export function ExportLinks({ orgId, query }: { readonly orgId: string; readonly query: ActivityQuery }) {
  return (
    <p className="activity-export row">
      <span className="muted small">Export with these filters</span>
      {FORMATS.map(([format, title]) => (
        <a
          key={format}
          className="button button-small"
          href={exportAddress(orgId, query, format)}
          download
          aria-label={`Export as ${title}`}
        >
          <Icon name="download" /> {title}
        </a>
      ))}
    </p>
  );
}

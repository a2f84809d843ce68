import type { Run } from '@sync-operations/client';
import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { previewPath, useIsForPreview } from '../app/location.ts';
import { usePreviewOf } from '../previews/preview.queries.ts';
import { countsOf, countsText } from '../previews/preview.summary.ts';
import { count } from '../ui/format.ts';
import { Note } from '../ui/note.tsx';
import '../ui/button.css';

/** Leads from the run that computed a preview to the preview: at once for somebody who has started it or waited for it here, else by a button. */
export function PreviewReady({ run }: { readonly run: Run }) {
  const preview = usePreviewOf(run);
  const [, navigate] = useLocation();
  const hasWaited = useRef(useIsForPreview());
  if (run.progress.completed_at === null) hasWaited.current = true;
  const path = preview && previewPath(preview.cache_key);
  useEffect(() => {
    if (path && hasWaited.current) navigate(path, { replace: true });
  }, [path, navigate]);
  if (!preview || !path || hasWaited.current) return null;
  return (
    <Note kind="good" title="The preview is ready" live>
      <p>It found {countsText(countsOf(preview.summary), count)}.</p>
      <div>
        <Link href={path} className="button button-primary button-small">
          Open the preview
        </Link>
      </div>
    </Note>
  );
}

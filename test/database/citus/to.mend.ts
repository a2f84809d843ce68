/**
 * What is known to be refused still: rule, place, what of it. Nothing is ever added. A batch of a run is stored by one statement a table: one INSERT a row
 * takes two to three times as long on a single Postgres.
 */
export const TO_MEND: readonly string[] = [
  'insert-select | app.commit_batch | public.sync_bindings',
  'insert-select | app.commit_batch | public.sync_claims',
  'insert-select | app.commit_batch | public.sync_items',
  'insert-select | app.commit_batch | public.sync_preview_changes',
  'insert-select | app.commit_batch | public.sync_refusals',
  'insert-select | app.commit_batch | public.sync_seen',
  'insert-select | app.keep_changes | public.sync_changes',
  'insert-select | app.save_records | public.sync_change_counters',
  'insert-select | app.save_records | public.sync_changes',
  'insert-select | app.save_records | public.sync_records',
  'insert-subselect | app.save_records | RETURNING of public.sync_change_counters',
  'returning-mutable | app.commit_batch | pg_column_size',
  'returning-mutable | app.keep_changes | pg_column_size',
  'returning-mutable | app.save_records | pg_column_size',
];

import { type RefObject, useEffect } from 'react';
import { ApiError } from '../api/problem.ts';
import { ErrorNote, Note } from '../ui/note.tsx';
import { InvalidDraft } from './connection.saving.ts';

/** Why a form was not accepted. Errors of fields are shown at the fields. */
export function FormError({ error }: { readonly error: unknown }) {
  if (!error) return null;
  if (!isFieldError(error)) return <ErrorNote error={error} />;
  return <Note kind="error" title="Some fields are missing or invalid. Check the marked fields." live />;
}

const isFieldError = (error: unknown): boolean =>
  error instanceof InvalidDraft ||
  (error instanceof ApiError && error.fields.length > 0 && error.fields.every(({ pointer }) => pointer !== undefined));

/** Moves the focus to the first field with an error. */
export function useFocusOnError(form: RefObject<HTMLElement | null>, error: unknown): void {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}

import { type RefObject, useEffect } from 'react';
import { ApiError } from '../api/problem.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Note } from '../ui/note.tsx';
import { WrongDraft } from './connection.saving.ts';

/** Why a form was not taken; what is wrong with a field stands at the field. */
export function FormError({ error }: { readonly error: unknown }) {
  if (!error) return null;
  if (!isOfFields(error)) return <ErrorNote error={error} />;
  return <Note kind="error" title="Something is missing or wrong; look at the marked fields." live />;
}

const isOfFields = (error: unknown): boolean =>
  error instanceof WrongDraft ||
  (error instanceof ApiError && error.fields.length > 0 && error.fields.every(({ pointer }) => pointer !== undefined));

/** Leads to the first field that is wrong. */
export function useFocusOnWrong(form: RefObject<HTMLElement | null>, error: unknown): void {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}

import { type RefObject, useEffect } from 'react';
import { ErrorNote } from '../ui/error-note.tsx';
import { Note } from '../ui/note.tsx';
import { WrongDraft } from './saving.ts';

/** Why a form was not taken; what is wrong with a field stands at the field. */
export function FormError({ error }: { readonly error: unknown }) {
  if (!error) return null;
  return error instanceof WrongDraft ? <Note kind="error" title={error.message} live /> : <ErrorNote error={error} />;
}

/** Leads to the first field that is wrong. */
export function useFocusOnWrong(form: RefObject<HTMLElement | null>, error: unknown): void {
  useEffect(() => {
    if (error) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [form, error]);
}

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { signInWithKey } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { FullPage } from '../ui/page.tsx';

/** Sign-in by a pasted key. A one-time link leads here only when it was used before. */
export function SignInPage() {
  const [key, setKey] = useState('');
  const signIn = useMutation({ mutationFn: signInWithKey });
  const usedLink = new URLSearchParams(useSearch()).get('sign-in') === 'used';
  return (
    <FullPage title="Sign in">
      {usedLink && (
        <Note kind="warning" title="This sign-in link no longer works">
          <p>Each link works once and expires after an hour. Ask for a new one, or paste a key below.</p>
        </Note>
      )}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          signIn.mutate(key.trim());
        }}
      >
        <Field
          label="Service key"
          hint="It starts with syk_. It is exchanged for a session of twelve hours and is not stored in the browser."
        >
          <input
            type="password"
            name="key"
            autoComplete="current-password"
            required
            maxLength={200}
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
        </Field>
        {signIn.isError && <ErrorNote error={signIn.error} />}
        <Button type="submit" variant="primary" busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
      <details>
        <summary>Where do I get a key?</summary>
        <p>
          On your own machine, <code>npm start</code> prints a development key and a one-time link. Elsewhere, the
          operator of the service creates them: <code>npm run keys -- create --name ann --org org-123</code> prints a
          key, and <code>npm run keys -- link --name ann --org org-123</code> prints a link.
        </p>
      </details>
    </FullPage>
  );
}

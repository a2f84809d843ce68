import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { signInWithKey, useProvider } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import { FullPage } from '../ui/page.tsx';

/** Why somebody comes back here, and what they can do. */
const REFUSALS: Readonly<Record<string, { readonly title: string; readonly text: string }>> = {
  used: {
    title: 'This sign-in link no longer works',
    text: 'Each link works once and expires after an hour. Ask for a new one, or paste a key below.',
  },
  failed: { title: 'You were not signed in', text: 'The sign-in was not confirmed, or took too long. Begin again.' },
  'no-organization': {
    title: 'You belong to no organization here',
    text: 'Your account names no organization, or several. Ask whoever manages the accounts.',
  },
  'no-role': {
    title: 'You have no role yet',
    text: 'An admin of your organization finds you under Settings and can give you one. Then sign in again.',
  },
  'too-many': {
    title: 'Your organization is full',
    text: 'It has as many members as it may have. Ask the operator of this service.',
  },
  unavailable: { title: 'The identity provider does not answer', text: 'Try again in a minute, or use a key.' },
};

/** Sign-in by the identity provider or a pasted key. A one-time link leads here only when it was used before. */
export default function SignInPage() {
  const [key, setKey] = useState('');
  const signIn = useMutation({ mutationFn: signInWithKey });
  const outcome = new URLSearchParams(useSearch()).get('sign-in') ?? '';
  const refusal = REFUSALS[outcome];
  const provider = useProvider();
  const to = window.location.pathname.startsWith('/o/') ? `?to=${encodeURIComponent(window.location.pathname)}` : '';
  return (
    <FullPage title="Sign in">
      {refusal && (
        <Note kind="warning" title={refusal.title}>
          <p>{refusal.text}</p>
        </Note>
      )}
      {provider && (
        <a className="button button-primary button-normal" href={`/sign-in/provider${to}`}>
          Sign in with {provider}
        </a>
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

import type { ConnectionState } from '@sync-operations/react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { SESSION_KEY } from '../api/query.client.ts';

/** Leads to the sign-in once the stream finds that the session has ended. What it found before this page was opened is old. */
export function useSignOutNoticed(state: ConnectionState): void {
  const queries = useQueryClient();
  const wasIn = useRef(false);
  useEffect(() => {
    if (state !== 'signed-out') wasIn.current = true;
    else if (wasIn.current) queries.setQueryData(SESSION_KEY, null);
  }, [state, queries]);
}

import type { Answer, Call } from './operation.ts';

/** A sync as if one call after another were made. */
export type State = {
  readonly total: number;
  readonly processed: number;
  readonly failed: number;
  readonly status: 'running' | 'completed' | 'completed_with_errors' | 'failed';
} | null;

/** What a call answers in a state, and the state after it. By design.md and docs/spec/sync-status.md; pure. */
export function step(state: State, call: Call): { readonly answer: Answer; readonly next: State } {
  if (call.kind === 'start') {
    const next: State = state ?? { total: call.total, processed: 0, failed: 0, status: 'running' };
    return { answer: rowOf(next), next };
  }
  if (!state) return { answer: { is: 'missing' }, next: state };
  if (call.kind === 'read') return { answer: rowOf(state), next: state };
  const [processed, failed] = call.kind === 'fail' ? [state.processed, state.failed] : [call.processed, call.failed];
  const isSame = processed === state.processed && failed === state.failed;
  if (state.status !== 'running') return { answer: isRepeated(state, call, isSame), next: state };
  if (call.kind === 'report' && (processed < state.processed || failed < state.failed))
    return { answer: { is: 'backwards' }, next: state };
  if (processed + failed > state.total) return { answer: { is: 'above-total' }, next: state };
  const status =
    call.kind === 'fail'
      ? 'failed'
      : processed + failed < state.total
        ? 'running'
        : failed > 0
          ? 'completed_with_errors'
          : 'completed';
  const next = { ...state, processed, failed, status } as const;
  return { answer: rowOf(next), next };
}

/** The answer to a last report may have been lost, so the same once more is no error. */
function isRepeated(state: Exclude<State, null>, call: Call, isSame: boolean): Answer {
  const endsAlike =
    call.kind === 'set' || (call.kind === 'fail' ? state.status === 'failed' : state.status.startsWith('completed'));
  return isSame && endsAlike ? rowOf(state) : { is: 'ended' };
}

const rowOf = ({ processed, failed, status }: Exclude<State, null>): Answer => ({
  is: 'row',
  processed,
  failed,
  status,
});

import type { MatchPreviewItem } from '@sync-operations/client';
import { useMay } from '../api/organization.ts';
import { useLink } from '../items/item.queries.ts';
import { Badge, type BadgeTone } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { ErrorNote, Note } from '../ui/note.tsx';
import type { MatchPair } from './matches.queries.ts';

const OUTCOMES: Readonly<Record<MatchPreviewItem['outcome'], { readonly text: string; readonly tone: BadgeTone }>> = {
  bound: { text: 'linked', tone: 'good' },
  match: { text: 'matches', tone: 'good' },
  ambiguous: { text: 'you decide', tone: 'warn' },
  conflict: { text: 'is skipped', tone: 'warn' },
  create: { text: 'is created', tone: 'info' },
  none: { text: 'is left alone', tone: 'info' },
  problem: { text: 'problem', tone: 'bad' },
};

interface Props {
  readonly item: MatchPreviewItem;
  readonly pair: MatchPair;
}

/** An item, and what a sync would take it for. */
export function MatchRow({ item, pair }: Props) {
  const { external_id, name, outcome, matches, message } = item;
  const mayDecide = useMay('connections');
  const link = useLink(pair.connection_id);
  const decided = link.data?.results[0];
  const choose = (with_external_id: string | null) =>
    link.mutate({
      ...{ with: pair.with, entity_type: pair.entity_type },
      bindings: [{ external_id, with_external_id }],
    });
  const { text, tone } = OUTCOMES[outcome];
  const what = name ?? external_id;
  return (
    <li>
      <p className="row">
        <strong className="break">{what}</strong>
        {name && <span className="muted small">{external_id}</span>}
        {decided && decided.outcome !== 'refused' ? (
          <Badge tone="good">
            {decided.outcome === 'new' ? 'is created' : `linked with ${decided.with_external_id}`}
          </Badge>
        ) : (
          <Badge tone={tone}>{text}</Badge>
        )}
      </p>
      {message && <p className="small break">{message}</p>}
      <ul className="match-entries">
        {matches.map((match) => (
          <li key={match.external_id}>
            <span className="break">
              {match.name ?? match.external_id} <span className="muted small">{match.external_id}</span>{' '}
              <span className="muted small">
                {match.strength}
                {match.by.length > 0 && `, by ${match.by.join(', ')}`}
                {match.held && `: ${match.held}`}
              </span>
            </span>
            {outcome === 'ambiguous' && mayDecide && (
              <Button
                size="small"
                busy={link.isPending}
                onClick={() => choose(match.external_id)}
                aria-label={`It is this one: ${what} is ${match.external_id}`}
              >
                It is this one
              </Button>
            )}
          </li>
        ))}
      </ul>
      {outcome === 'ambiguous' && mayDecide && (
        <div>
          <Button
            size="small"
            busy={link.isPending}
            onClick={() => choose(null)}
            aria-label={`None of these: a new one, ${what}`}
          >
            None of these: a new one
          </Button>
        </div>
      )}
      {decided?.outcome === 'refused' && <Note kind="warning" title={decided.reason} live />}
      {link.error && <ErrorNote error={link.error} />}
    </li>
  );
}

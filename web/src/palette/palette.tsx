import { Command as Commands } from 'cmdk';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useMay } from '../api/organization.ts';
import { usePause } from '../connections/connection.pause.tsx';
import { useConnections } from '../connections/connection.queries.ts';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';
import { useToast } from '../ui/toast.tsx';
import { type Command, connectionCommands, listCommands, matching, pageCommands } from './palette.commands.ts';
import { useFound, useSettled } from './palette.queries.ts';
import './palette.css';

/** More commands than these are not read. */
const MOST_COMMANDS = 16;

/** Finds syncs, connections, records and pages by a few letters, and does what can be done with them. */
export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const settled = useSettled(text.trim());
  const { data: connections = [] } = useConnections();
  const mayWrite = useMay('control');
  const found = useFound(settled);
  const [, navigate] = useLocation();
  const pause = usePause();
  const showToast = useToast();
  const all = [...pageCommands, ...connections.flatMap((one) => connectionCommands(one, mayWrite))];
  const commands = matching(all, text).slice(0, MOST_COMMANDS);
  const run = async ({ deed }: Command) => {
    if ('go' in deed) {
      onClose();
      navigate(deed.go);
      return;
    }
    const done = await pause.mutateAsync(deed).catch(() => undefined);
    if (!done) return;
    showToast(`${deed.name} is ${done.paused ? 'paused' : 'resumed'}.`);
    onClose();
  };
  const groups = [
    ['Records', found.records],
    ['Syncs', found.syncs],
    ['Commands', commands],
  ] as const;
  // Not before what was found, or Enter would take them.
  const lists = found.isLooking ? [] : listCommands(settled);
  const isEmpty = groups.every(([, items]) => items.length === 0);
  return (
    <Dialog title="Search and act" onClose={onClose} wide>
      <Commands label="Search and act" shouldFilter={false} className="palette" loop>
        <Commands.Input
          value={text}
          onValueChange={setText}
          placeholder="A sync, connection, e-mail, SKU, number, or what to do"
          maxLength={200}
          autoFocus
        />
        <Commands.List label="What was found">
          {[...groups, ['All that matches', lists] as const].map(
            ([title, items]) =>
              items.length > 0 && (
                <Commands.Group key={title} heading={title}>
                  {items.map((command) => (
                    <Commands.Item key={command.id} value={command.id} onSelect={() => void run(command)}>
                      <span className="break">{command.title}</span>
                      {command.hint && <span className="muted small break">{command.hint}</span>}
                    </Commands.Item>
                  ))}
                </Commands.Group>
              ),
          )}
        </Commands.List>
      </Commands>
      <p className="muted small" role="status">
        {found.isLooking ? 'Looking …' : isEmpty ? 'Nothing was found.' : ''}
      </p>
      {pause.isError && <ErrorNote error={pause.error} />}
      {found.error && <ErrorNote error={found.error} />}
    </Dialog>
  );
}

import { Command as Commands } from 'cmdk';
import { type KeyboardEvent, useEffect, useState } from 'react';
import { useMay } from '../api/organization.ts';
import { useAllSchedules, useConnectionName, useConnections } from '../connections/connection.queries.ts';
import { BULK } from '../syncs/bulk.acts.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/note.tsx';
import {
  type Command,
  connectionCommands,
  type Deed,
  listCommands,
  matching,
  pageCommands,
  scheduleCommands,
} from './palette.commands.ts';
import { useDeed } from './palette.deeds.ts';
import { useFound, useSettled } from './palette.queries.ts';
import './palette.css';

/** More commands than these are not read. */
const MOST_COMMANDS = 16;

/** Finds syncs, connections, records and pages by a few letters, and does what can be done with them. */
export default function Palette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const settled = useSettled(text.trim());
  const { data: connections = [] } = useConnections();
  const { data: schedules = [] } = useAllSchedules();
  const nameOf = useConnectionName();
  const rights = { control: useMay('control'), run: useMay('run') };
  const found = useFound(settled, rights);
  const { run, isBusy, error } = useDeed(onClose);
  const [asking, setAsking] = useState<Dangerous | null>(null);
  const [selected, setSelected] = useState('');
  const [entered, setEntered] = useState<string | null>(null);
  const all = [
    ...pageCommands,
    ...connections.flatMap((one) => connectionCommands(one, rights)),
    ...schedules.flatMap((one) => scheduleCommands(one, nameOf, rights)),
  ];
  const commands = matching(all, text).slice(0, MOST_COMMANDS);
  const choose = ({ deed }: Command) => {
    if (isBusy) return;
    if (isDangerous(deed)) setAsking(deed);
    else run(deed);
  };
  const isCurrent = text.trim() === settled && !found.isLooking;
  const groups = [
    ['Records', found.records],
    // What was found for a text before must not be acted on by who types on and presses Enter.
    ['Syncs', isCurrent ? found.syncs : found.syncs.filter(({ deed }) => !('act' in deed))],
    ['Commands', commands],
  ] as const;
  // Not before what was found, or Enter would take them.
  const lists = found.isLooking ? [] : listCommands(settled);
  const shown = [...groups, ['All that matches', lists] as const].filter(([, items]) => items.length > 0);
  const offered = shown.flatMap(([, items]) => items);
  // cmdk loses the selected one when several leave the list at once, and Enter would then do nothing.
  const chosen = offered.find(({ id }) => id === selected) ?? offered[0];
  // Who types and presses Enter at once means what is found for all of the text, which is not there yet.
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || isCurrent) return;
    event.preventDefault();
    setEntered(text);
  };
  useEffect(() => {
    if (entered === null || !isCurrent) return;
    setEntered(null);
    if (entered === text && chosen && !found.error) choose(chosen);
  });
  if (asking)
    return <Question deed={asking} isBusy={isBusy} error={error} onClose={onClose} onConfirm={() => run(asking)} />;
  return (
    <Dialog title="Search and act" onClose={onClose} wide>
      <Commands
        label="Search and act"
        shouldFilter={false}
        className="palette"
        loop
        value={chosen?.id ?? ''}
        onValueChange={setSelected}
        onKeyDown={onKeyDown}
      >
        <Commands.Input
          value={text}
          onValueChange={setText}
          placeholder="A sync, connection, e-mail, SKU, number, or what to do"
          maxLength={200}
          autoFocus
        />
        <Commands.List label="What was found">
          {shown.map(([title, items]) => (
            <Commands.Group key={title} heading={title}>
              {items.map((command) => (
                <Commands.Item key={command.id} value={command.id} onSelect={() => choose(command)}>
                  <span className="break">{command.title}</span>
                  {command.hint && <span className="muted small break">{command.hint}</span>}
                </Commands.Item>
              ))}
            </Commands.Group>
          ))}
        </Commands.List>
      </Commands>
      <p className="muted small" role="status">
        {found.isLooking ? 'Looking …' : offered.length === 0 ? 'Nothing was found.' : ''}
      </p>
      {error && <ErrorNote error={error} />}
      {found.error && <ErrorNote error={found.error} />}
    </Dialog>
  );
}

type Dangerous = Extract<Deed, { readonly act: unknown }>;

const isDangerous = (deed: Deed): deed is Dangerous => 'act' in deed && BULK[deed.act].isDangerous === true;

interface QuestionProps {
  readonly deed: Dangerous;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Before what cannot be taken back. */
function Question({ deed: { act, sync }, isBusy, error, onClose, onConfirm }: QuestionProps) {
  const { verb, what } = BULK[act];
  return (
    <Dialog title={`${verb} “${sync.sync_id}”?`} onClose={onClose}>
      <p>{what}</p>
      {error !== null && <ErrorNote error={error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Let it run</Button>
        <Button variant="danger" busy={isBusy} onClick={onConfirm}>
          {verb} the sync
        </Button>
      </div>
    </Dialog>
  );
}

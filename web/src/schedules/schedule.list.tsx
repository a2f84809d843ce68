import type { Schedule } from '@sync-operations/client';
import { ScheduleRow } from './schedule.row.tsx';
import './schedules.css';

interface Props {
  readonly schedules: readonly Schedule[];
  /** The connection whose page it is on. */
  readonly of: string;
  readonly mayWrite: boolean;
}

export function ScheduleList({ schedules, of, mayWrite }: Props) {
  return (
    <ul className="schedules" aria-label="Schedules">
      {schedules.map((schedule) => (
        <ScheduleRow key={schedule.id} schedule={schedule} of={of} mayWrite={mayWrite} />
      ))}
    </ul>
  );
}

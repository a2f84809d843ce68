import type { FieldErrors } from '../api/field.errors.ts';
import { Field } from '../ui/field.tsx';
import { capitalized } from '../ui/format.ts';
import { cronText } from './cron.text.ts';

interface CronSchedule {
  readonly cron: string;
  readonly time_zone: string;
}

interface Props {
  readonly value: CronSchedule;
  readonly onChange: (value: CronSchedule) => void;
  readonly errors: FieldErrors;
}

const PRESETS = ['*/15 * * * *', '0 * * * *', '0 3 * * *', '0 8,13,18 * * 1-5', '0 3 * * 0'] as const;
const CUSTOM = 'custom';

/** When a schedule runs: a preset or a cron expression with its meaning below, and the time zone. */
export function CronFields({ value, onChange, errors }: Props) {
  const preset = PRESETS.find((cron) => cron === value.cron);
  const meaning = cronText(value.cron);
  return (
    <>
      <Field label="When">
        <select
          value={preset ?? CUSTOM}
          onChange={(event) => onChange({ ...value, cron: event.target.value === CUSTOM ? '' : event.target.value })}
        >
          {PRESETS.map((cron) => (
            <option key={cron} value={cron}>
              {capitalized(cronText(cron) ?? cron)}
            </option>
          ))}
          <option value={CUSTOM}>Custom …</option>
        </select>
      </Field>
      <Field
        label="Cron expression"
        hint={meaning ? `${capitalized(meaning)}.` : 'Minute, hour, day of month, month, day of week.'}
        error={errors.cron}
      >
        <input
          className="mono"
          autoComplete="off"
          spellCheck={false}
          value={value.cron}
          onChange={(event) => onChange({ ...value, cron: event.target.value })}
        />
      </Field>
      <Field
        label="Time zone"
        hint="The schedule follows the local time of this zone, including daylight saving time."
        error={errors.time_zone}
      >
        <input
          list="time-zones"
          autoComplete="off"
          spellCheck={false}
          value={value.time_zone}
          onChange={(event) => onChange({ ...value, time_zone: event.target.value })}
        />
      </Field>
      <datalist id="time-zones">
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}

import type { FieldErrors } from '../api/field.errors.ts';
import { Field } from '../ui/field.tsx';
import { capitalized } from '../ui/format.ts';
import { cronText } from './cron.text.ts';

interface When {
  readonly cron: string;
  readonly time_zone: string;
}

interface Props {
  readonly when: When;
  readonly onChange: (when: When) => void;
  readonly errors: FieldErrors;
}

const USUAL = ['*/15 * * * *', '0 * * * *', '0 3 * * *', '0 8,13,18 * * 1-5', '0 3 * * 0'] as const;
const OWN = 'own';

/** Usual times by choice, others in the words of crontab, with what they mean below. */
export function WhenFields({ when, onChange, errors }: Props) {
  const usual = USUAL.find((cron) => cron === when.cron);
  const reading = cronText(when.cron);
  return (
    <>
      <Field label="When">
        <select
          value={usual ?? OWN}
          onChange={(event) => onChange({ ...when, cron: event.target.value === OWN ? '' : event.target.value })}
        >
          {USUAL.map((cron) => (
            <option key={cron} value={cron}>
              {capitalized(cronText(cron) ?? cron)}
            </option>
          ))}
          <option value={OWN}>At other times …</option>
        </select>
      </Field>
      <Field
        label="Times"
        hint={reading ? `${capitalized(reading)}.` : 'Minute, hour, day of month, month, day of week, as in crontab.'}
        error={errors.cron}
      >
        <input
          className="mono"
          autoComplete="off"
          spellCheck={false}
          value={when.cron}
          onChange={(event) => onChange({ ...when, cron: event.target.value })}
        />
      </Field>
      <Field label="Time zone" hint="The schedule keeps to the clock on the wall there." error={errors.time_zone}>
        <input
          list="time-zones"
          autoComplete="off"
          spellCheck={false}
          value={when.time_zone}
          onChange={(event) => onChange({ ...when, time_zone: event.target.value })}
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

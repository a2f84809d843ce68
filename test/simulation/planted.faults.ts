import { built } from './simulated.machine.ts';
import type { SimulatedWorld } from './simulated.world.ts';

const ask = (world: SimulatedWorld, text: string) => void world.engine.ask(text);

/** Each breaks one promise on purpose, so that a test sees it found. What is not in the database is taken back by what it returns. */
export const PLANTED = {
  /** Each end of a sync is written into the trail twice. */
  'double-end': (world: SimulatedWorld) =>
    ask(
      world,
      `CREATE TRIGGER log_end_again AFTER UPDATE ON public.sync_progress
         FOR EACH ROW WHEN (OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL) EXECUTE FUNCTION app.log_sync_end()`,
    ),
  /** A report is answered as if it counted, and is taken back. */
  'lost-report': (world: SimulatedWorld) =>
    ask(
      world,
      `CREATE FUNCTION public.take_back() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         UPDATE public.sync_progress SET processed_count = OLD.processed_count WHERE org_id = NEW.org_id AND sync_id = NEW.sync_id;
         RETURN NULL;
       END $$;
       CREATE TRIGGER take_back AFTER UPDATE ON public.sync_progress
         FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND NEW.source_system = 'other' AND NEW.processed_count BETWEEN 3 AND 9
           AND NEW.completed_at IS NULL) EXECUTE FUNCTION public.take_back()`,
    ),
  /** What an item is bound to is not kept. */
  'lost-binding': (world: SimulatedWorld) =>
    ask(
      world,
      `CREATE FUNCTION public.forget() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
       CREATE TRIGGER forget BEFORE INSERT ON public.sync_bindings
         FOR EACH ROW WHEN (NEW.data_a ->> 'email' LIKE 'person-3@%') EXECUTE FUNCTION public.forget()`,
    ),
  /** Each create is sent to Odoo twice. */
  'second-create': async () => {
    const { HttpTransport } = (await built(
      'connectors/http/http.transport.js',
    )) as typeof import('../../src/connectors/http/http.transport.ts');
    const { attempt } = HttpTransport.prototype;
    HttpTransport.prototype.attempt = async function attemptTwice(request, ...rest) {
      if (/\/res\.partner\/create$/.test(request.url)) await attempt.call(this, request, ...rest);
      return attempt.call(this, request, ...rest);
    };
    return () => {
      HttpTransport.prototype.attempt = attempt;
    };
  },
} satisfies Record<string, (world: SimulatedWorld) => void | Promise<() => void>>;

export type Plant = keyof typeof PLANTED;

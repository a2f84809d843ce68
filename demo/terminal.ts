import type { Progress } from '@sync-operations/client';
import { MultiBar, type SingleBar } from 'cli-progress';

/** 1234567 → 1,234,567 */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** Prints lines for people, and the progress of one sync after another: a bar in a terminal, else a plain line now and then. */
export class Terminal {
  private bars: MultiBar | undefined;
  private bar: SingleBar | undefined;
  private shownSteps = 0;

  say = (line = ''): void => {
    if (this.bars && this.bar) this.bars.log(`${line}\n`);
    else console.log(line);
  };

  /** Shows where a sync is, from the service's answer; where there is no bar, a line each time so many percent are done. */
  progress(sync: Progress, everyPercent = 10): void {
    const handled = sync.processed_count + sync.failed_count;
    const all = Math.max(sync.total_items ?? handled, 1);
    const share = Math.floor((handled * 100) / all);
    const texts = {
      share: String(share).padStart(3),
      done: grouped(handled),
      all: sync.total_items === null ? '?' : grouped(all),
      failed: grouped(sync.failed_count),
      speed: sync.speed_items_per_min === null ? '-' : grouped(Math.round(sync.speed_items_per_min)),
      // Not `eta`, which the bar would guess itself.
      left: sync.completed_at ? 'done' : sync.eta_seconds === null ? '-' : `${Math.ceil(sync.eta_seconds)} s`,
    };
    if (process.stdout.isTTY) {
      this.bars ??= newBars();
      this.bar ??= this.bars.create(all, 0, texts);
      // A sync of the service's own learns its total when it reads the first page.
      this.bar.setTotal(all);
      this.bar.update(handled, texts);
    } else if (sync.total_items !== null && Math.floor(share / everyPercent) > this.shownSteps) {
      this.shownSteps = Math.floor(share / everyPercent);
      const { done, failed, speed, left } = texts;
      console.log(`  ${texts.share} %  ${done} of ${texts.all}, ${failed} failed, ${speed} items/min, ETA ${left}`);
    }
  }

  /** Leaves the bar where it is and gives the cursor back. */
  endProgress(): void {
    if (this.bar) this.bars?.stop();
    this.bars = undefined;
    this.bar = undefined;
    this.shownSteps = 0;
  }
}

const newBars = (): MultiBar =>
  new MultiBar({
    stream: process.stdout,
    format: '  {bar} {share} %  {done}/{all}  {failed} failed  {speed}/min  ETA {left}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    hideCursor: true,
    // What stops the demo is handled in one place, which calls end().
    gracefulExit: false,
  });

import type { Progress } from '@sync-operations/client';
import { MultiBar, type SingleBar } from 'cli-progress';

/** 1234567 → 1,234,567 */
export const grouped = (count: number): string => count.toLocaleString('en-US');

/** Prints lines for people and the progress of one sync at a time: a bar in a terminal, plain lines elsewhere. */
export class Terminal {
  private bars: MultiBar | undefined;
  private bar: SingleBar | undefined;
  private shownSteps = 0;

  say = (line = ''): void => {
    if (this.bars && this.bar) this.bars.log(`${line}\n`);
    else console.log(line);
  };

  /** Shows the progress of a sync. Without a bar it prints a line each time another `everyPercent` is done. */
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
      // Not named `eta`: the bar computes a field of that name itself.
      left: sync.completed_at ? 'done' : sync.eta_seconds === null ? '-' : `${Math.ceil(sync.eta_seconds)} s`,
    };
    if (process.stdout.isTTY) {
      this.bars ??= newBars();
      this.bar ??= this.bars.create(all, 0, texts);
      // The total of a run is known once its first page is read.
      this.bar.setTotal(all);
      this.bar.update(handled, texts);
    } else if (sync.total_items !== null && Math.floor(share / everyPercent) > this.shownSteps) {
      this.shownSteps = Math.floor(share / everyPercent);
      const { done, failed, speed, left } = texts;
      console.log(`  ${texts.share} %  ${done} of ${texts.all}, ${failed} failed, ${speed} items/min, ETA ${left}`);
    }
  }

  /** Leaves the bar in place and shows the cursor again. */
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
    // The demo handles signals in one place, which calls endProgress().
    gracefulExit: false,
  });

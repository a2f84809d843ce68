import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { refuseLater, tooManyRequests } from '../common/overload.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';

const SECONDS = 1;

/**
 * What an address may try without valid credentials: each try takes a token, and the bucket is full again after a second. An address that
 * has none left gets its 429 before anything is looked up. What is kept of an address is gone after that second.
 */
@Injectable()
export class AddressBuckets {
  private readonly bucket: RateLimiterMemory;
  private readonly size: number;

  constructor(@Inject(ENVIRONMENT) env: Environment) {
    this.size = env.SYNC_UNKNOWN_KEYS_PER_SECOND;
    this.bucket = new RateLimiterMemory({ points: this.size, duration: SECONDS });
  }

  /** Throws Problem too-many-requests. */
  async refuseWhenEmpty(address: string): Promise<void> {
    const { consumedPoints = 0, msBeforeNext = 0 } = (await this.bucket.get(address)) ?? {};
    if (consumedPoints < this.size) return;
    await refuseLater(
      tooManyRequests('Too many requests with invalid credentials come from your address.', msBeforeNext),
    );
  }

  async take(address: string): Promise<void> {
    await this.bucket.penalty(address);
  }
}

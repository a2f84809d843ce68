import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { refuseLater, tooManyRequests } from '../common/overload.ts';
import { ENVIRONMENT } from '../config/config.module.ts';
import type { Environment } from '../config/environment.ts';

/** A bucket holds what its second allows for so many seconds: a burst passes, and what it took is back after them. */
const WINDOW_SECONDS = 5;
/** The limit of most bodies. What is longer takes as long as several requests to receive, parse and check. */
const BYTES_OF_A_REQUEST = 64 * 1024;

interface Bucket {
  readonly name: 'organization' | 'principal';
  readonly size: number;
  readonly limiter: RateLimiterMemory;
}

/**
 * What an organization, and each of its keys and users, may ask of a process. Told in each response by the RateLimit headers of the IETF
 * draft (draft-ietf-httpapi-ratelimit-headers-10). Kept in memory: replicas each allow as much.
 */
@Injectable()
export class RequestBuckets {
  private readonly buckets: readonly Bucket[];
  private readonly policy: string;

  constructor(@Inject(ENVIRONMENT) env: Environment) {
    const bucket = (name: Bucket['name'], perSecond: number): Bucket => {
      const size = perSecond * WINDOW_SECONDS;
      return {
        name,
        size,
        limiter: new RateLimiterMemory({ keyPrefix: name, points: size, duration: WINDOW_SECONDS }),
      };
    };
    this.buckets = [
      bucket('organization', env.SYNC_ORG_REQUESTS_PER_SECOND),
      bucket('principal', env.SYNC_PRINCIPAL_REQUESTS_PER_SECOND),
    ];
    this.policy = this.buckets.map(({ name, size }) => `"${name}";q=${size};w=${WINDOW_SECONDS}`).join(', ');
  }

  /**
   * Throws Problem too-many-requests, with Retry-After, when a bucket is empty. A body of `bytes` counts as a request more for every 64 KiB,
   * but never as more than a principal's bucket holds.
   */
  async take(organization: string, principal: string, bytes: number, reply: FastifyReply): Promise<void> {
    const [ofOrganization, ofPrincipal] = this.buckets as [Bucket, Bucket];
    const requests = Math.min(1 + Math.floor(bytes / BYTES_OF_A_REQUEST), ofPrincipal.size);
    const left = await taken(ofOrganization, organization, requests);
    const own = await taken(ofPrincipal, principal, requests);
    const [{ name }, least] = own.remainingPoints < left.remainingPoints ? [ofPrincipal, own] : [ofOrganization, left];
    const seconds = Math.max(1, Math.ceil(least.msBeforeNext / 1_000));
    reply
      .header('ratelimit-policy', this.policy)
      .header('ratelimit', `"${name}";r=${least.remainingPoints};t=${seconds}`);
    const empty = [
      { bucket: ofOrganization, state: left },
      { bucket: ofPrincipal, state: own },
    ].find(({ bucket, state }) => state.consumedPoints > bucket.size);
    if (!empty) return;
    const whose = empty.bucket.name === 'organization' ? 'Your organization' : 'Your key or user';
    return refuseLater(
      tooManyRequests(
        `${whose} may send ${empty.bucket.size} requests in ${WINDOW_SECONDS} seconds, a large body counting as several. Report in bulk, or less often.`,
        empty.state.msBeforeNext,
      ),
    );
  }
}

/** The limiter throws what it otherwise returns. */
const taken = ({ limiter }: Bucket, key: string, requests: number): Promise<RateLimiterRes> =>
  limiter.consume(key, requests).catch((full: RateLimiterRes) => full);

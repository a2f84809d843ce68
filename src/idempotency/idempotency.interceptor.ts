import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { Problem } from '../common/problem.ts';
import { isKeyTaken } from '../database/sqlstate.ts';
import { currentTenant } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import { claimKey, findResponse, type StoredResponse, storeResponse } from './idempotency.sql.ts';
import { fingerprintOf } from './request.fingerprint.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Runs a request that carries an Idempotency-Key at most once a day: key, work and response commit together, so a request that
 * failed left nothing behind and may be sent again. Handlers behind it touch the database only; a repeated request runs its handler, too,
 * up to the first statement, which fails.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(private readonly database: TenantDatabase) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const key = request.headers['idempotency-key'];
    if (key === undefined) return next.handle();
    if (typeof key !== 'string' || !KEY.test(key)) {
      const detail = 'must be 1 to 255 visible ASCII characters';
      throw new Problem('malformed-request', `Idempotency-Key ${detail}.`, {
        errors: [{ header: 'Idempotency-Key', detail }],
      });
    }
    const reply = http.getResponse<FastifyReply>();
    return from(this.once(key, fingerprintOf(request), reply, next));
  }

  /** Whether the key of the request has been used: then the request gets the stored response and is not carried out. */
  async isRepeated(request: FastifyRequest): Promise<boolean> {
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || !KEY.test(key)) return false;
    return (await this.database.read(findResponse(currentTenant().orgId, key))).length > 0;
  }

  /** Two round trips: the claim goes with the first statement of the handler, the response with COMMIT. */
  private once(key: string, fingerprint: string, reply: FastifyReply, next: CallHandler): Promise<unknown> {
    const { orgId } = currentTenant();
    return this.database.transaction<unknown>(
      async (transaction) => {
        const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
        const location = reply.getHeader('location');
        const response = { status: reply.statusCode, location: location ? String(location) : null, body: body ?? null };
        transaction.beforeCommit(storeResponse(orgId, key, response));
        return body;
      },
      {
        statement: claimKey(orgId, key, fingerprint),
        isRefusal: isKeyTaken,
        instead: findResponse(orgId, key),
        refused: ([stored]) => replay(stored as KnownRequest | undefined, fingerprint, reply),
      },
    );
  }
}

/** The request that used the key first. */
interface KnownRequest {
  readonly fingerprint: string;
  readonly response: StoredResponse;
}

function replay(stored: KnownRequest | undefined, fingerprint: string, reply: FastifyReply): unknown {
  if (!stored)
    throw new Problem('unavailable', 'The first request with this key has just ended; try again.', { retryAfter: 1 });
  if (stored.fingerprint !== fingerprint)
    throw new Problem(
      'idempotency-key-reused',
      'This Idempotency-Key was used for a request with another path or body.',
      {
        errors: [{ header: 'Idempotency-Key', detail: 'must be new for a new request' }],
      },
    );
  const { status, location, body } = stored.response;
  reply.status(status).header('idempotency-replayed', 'true');
  if (location) reply.header('location', location);
  return body;
}

/** A POST that may be repeated with the same Idempotency-Key: a repeated request gets the first response. */
export const Idempotent = () =>
  applyDecorators(
    UseInterceptors(IdempotencyInterceptor),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'Repeat a request with the same key and it is done once; kept for 24 hours',
      schema: { type: 'string', maxLength: 255, example: '0b9e4f2e-7d2f-4a8e-9a55-6f1f6c9b2a11' },
    }),
  );

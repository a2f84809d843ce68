import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { IdempotencyInterceptor } from './idempotency.interceptor.ts';

/** A POST that may be repeated with the same Idempotency-Key and then answers what it answered the first time. */
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

import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AddressBuckets } from '../rates/address.buckets.ts';
import { RequestBuckets } from '../rates/request.buckets.ts';
import { AuthGuard } from './auth.guard.ts';
import { Authenticator } from './authenticator.ts';
import { KeyStore } from './key.store.ts';
import { TokenVerifier } from './token.verifier.ts';

@Global()
@Module({
  providers: [
    KeyStore,
    TokenVerifier,
    Authenticator,
    AddressBuckets,
    RequestBuckets,
    AuthGuard,
    { provide: APP_GUARD, useExisting: AuthGuard },
  ],
  exports: [KeyStore, AuthGuard, AddressBuckets],
})
export class AuthModule {}

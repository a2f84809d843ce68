import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard } from './auth.guard.ts';
import { KeyStore } from './key.store.ts';
import { TokenVerifier } from './token.verifier.ts';

@Global()
@Module({
  providers: [KeyStore, TokenVerifier, { provide: APP_GUARD, useClass: AuthGuard }],
  exports: [KeyStore],
})
export class AuthModule {}

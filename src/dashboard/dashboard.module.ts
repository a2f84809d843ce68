import { Module } from '@nestjs/common';
import { maintenance } from '../jobs/task.runner.ts';
import { IdentityProvider } from './provider/identity.provider.ts';
import { ProviderSignIn } from './provider/provider.sign-in.ts';
import { ProviderSignInController } from './provider/provider-sign-in.controller.ts';
import { SignInController } from './sign-in.controller.ts';

/** What a process without an API needs of the dashboard: the removal of expired sessions. */
@Module({
  providers: [
    maintenance('expired-sign-ins', () => ({
      everySeconds: 600,
      statement: { text: 'SELECT app.cleanup_sign_ins(500) AS changed' },
    })),
  ],
})
export class DashboardModule {}

/** Signing in and out. The page itself is served by dashboard.page.ts, outside Nest. */
@Module({
  controllers: [SignInController, ProviderSignInController],
  providers: [IdentityProvider, ProviderSignIn],
})
export class DashboardApiModule {}

import { Module } from '@nestjs/common';
import { SignInController } from './sign-in.controller.ts';

@Module({ controllers: [SignInController] })
export class DashboardModule {}

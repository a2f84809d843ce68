import { Global, Module } from '@nestjs/common';
import { ActivityModule } from '../activity/activity.module.ts';
import { KeysController } from './keys.controller.ts';
import { KeysService } from './keys.service.ts';
import { MembersController } from './members.controller.ts';
import { MembersService } from './members.service.ts';
import { SettingsController } from './settings.controller.ts';
import { SettingsService } from './settings.service.ts';

/** What runs ask: above which limits a second person approves. */
@Global()
@Module({ imports: [ActivityModule], providers: [SettingsService], exports: [SettingsService] })
export class MembersModule {}

/** Keys, members and their roles, settings. */
@Module({
  controllers: [KeysController, MembersController, SettingsController],
  providers: [KeysService, MembersService],
})
export class MembersApiModule {}

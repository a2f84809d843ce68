import { Module } from '@nestjs/common';
import { OrganizationDirectory } from './organization.directory.ts';
import { OrganizationsController } from './organizations.controller.ts';
import { OrganizationsService } from './organizations.service.ts';
import { WhoamiController } from './whoami.controller.ts';

/** What a caller can ask about itself. */
@Module({
  controllers: [WhoamiController, OrganizationsController],
  providers: [OrganizationDirectory, OrganizationsService],
})
export class WhoamiModule {}

import { Injectable } from '@nestjs/common';
import { ActivityService } from '../activity/activity.service.ts';
import { changeDetails } from '../activity/change.details.ts';
import { currentTenant, currentUser } from '../tenancy/tenant.context.ts';
import { TenantDatabase } from '../tenancy/tenant.database.ts';
import type { ChangeSettingsDto } from './dto/settings.dto.ts';
import {
  DEFAULT_SETTINGS,
  findSettings,
  lockSettings,
  type OrganizationSettings,
  storeSettings,
} from './settings.sql.ts';

/** In a request, where null is a member that is left out. */
const NO_LIMIT = -1;

/** What an organization wants of itself. */
@Injectable()
export class SettingsService {
  constructor(
    private readonly database: TenantDatabase,
    private readonly activity: ActivityService,
  ) {}

  async get(): Promise<OrganizationSettings> {
    const [row] = await this.database.read<OrganizationSettings>(findSettings(currentTenant().orgId));
    return row ?? DEFAULT_SETTINGS;
  }

  change(body: ChangeSettingsDto): Promise<OrganizationSettings> {
    const { orgId } = currentTenant();
    const given = Object.fromEntries(
      Object.entries(body).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value === NO_LIMIT ? null : value]],
      ),
    );
    return this.database.transaction(async (transaction) => {
      const [before] = await transaction.query<OrganizationSettings>(lockSettings(orgId));
      const after = { ...(before as OrganizationSettings), ...given };
      await transaction.query(storeSettings(orgId, after, currentUser()));
      await this.activity.append({
        ...{ activity_type: 'settings_changed', status: 'completed' },
        details: changeDetails({ ...before }, after),
      });
      return after;
    });
  }
}

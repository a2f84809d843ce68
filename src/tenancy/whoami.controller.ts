import { Controller, Get, Req } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import type { AuthenticatedRequest } from '../auth/auth.decorators.ts';
import type { Principal } from '../auth/principal.ts';
import { RIGHT_NAMES, type Right, rightsOf, SCOPES, type Scope } from '../auth/rights.ts';
import { Operation } from '../common/operation.ts';
import { currentTenant } from './tenant.context.ts';
import { TenantDatabase } from './tenant.database.ts';

export class WhoamiDto {
  @ApiProperty({ enum: ['token', 'key', 'session'], example: 'key' })
  kind: Principal['kind'];

  @ApiProperty({ description: "The token's subject or the key's name", example: 'billing-service' })
  name: string;

  @ApiProperty({ type: String, nullable: true, example: 'user-7' })
  user_id: string | null;

  @ApiProperty({ description: 'The organization of this request', example: 'org-123' })
  org_id: string;

  @ApiProperty({ enum: SCOPES, enumName: 'Scope', isArray: true, example: ['sync:operator'] })
  scopes: readonly Scope[];

  @ApiProperty({
    enum: RIGHT_NAMES,
    enumName: 'Right',
    isArray: true,
    description: 'What the scopes come to: each operation needs one of these or two',
    example: ['view', 'trail', 'control', 'run'],
  })
  rights: readonly Right[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The organization as the database sees it',
    example: 'org-123',
  })
  database_org_id: string | null;

  @ApiProperty({ description: 'The role the service is connected as', example: 'sync_app' })
  database_role: string;

  @ApiProperty({
    description: 'Whether that role could bypass row-level security; always false in a service that runs',
    example: false,
  })
  could_bypass_rls: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: "The user's organization in auth.users_extended",
    example: 'org-123',
  })
  registered_org_id: string | null;
}

type DatabaseView = Pick<WhoamiDto, 'database_org_id' | 'database_role' | 'could_bypass_rls' | 'registered_org_id'>;

@ApiTags('whoami')
@Controller('api/sync/whoami')
export class WhoamiController {
  constructor(private readonly database: TenantDatabase) {}

  @Get()
  @Operation({
    id: 'whoami',
    summary: 'Who you are, and what the database makes of it',
    description: "The guide's debug helper for row-level security.",
    ok: [{ status: 200, description: 'You', type: WhoamiDto }],
  })
  async whoami(@Req() { principal }: AuthenticatedRequest): Promise<WhoamiDto> {
    const { orgId } = currentTenant();
    const { kind, name, userId, scopes } = principal as Principal;
    const [view] = await this.database.read<DatabaseView>({
      text: `
        SELECT nullif(current_setting('app.current_org_id', true), '') AS database_org_id, current_user AS database_role,
               (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS could_bypass_rls,
               (SELECT org_id FROM auth.users_extended WHERE org_id = $1 AND id = $2) AS registered_org_id`,
      values: [orgId, userId],
    });
    const own = { kind, name, user_id: userId, org_id: orgId, scopes, rights: rightsOf(scopes) };
    return { ...own, ...(view as DatabaseView) };
  }
}

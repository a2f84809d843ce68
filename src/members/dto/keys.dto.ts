import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsUUID } from 'class-validator';
import { SCOPES, type Scope } from '../../auth/rights.ts';
import { IntegerProperty, TextProperty } from '../../common/bounds.decorator.ts';

export class ApiKeyDto {
  @ApiProperty({ format: 'uuid', example: '4c8a1f0e-7d52-4b7e-9a63-1f2e3d4c5b6a' })
  id: string;

  @ApiProperty({ example: 'billing-service' })
  name: string;

  @ApiProperty({ type: String, nullable: true, description: 'For whom it stands; null: for itself', example: null })
  user_id: string | null;

  @ApiProperty({ enum: SCOPES, enumName: 'Scope', isArray: true, example: ['sync:view', 'sync:report'] })
  scopes: Scope[];

  @ApiProperty({ type: String, nullable: true, description: 'Null: the operator, by a command', example: 'user-7' })
  created_by: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-11-01T08:00:00Z' })
  created_at: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2027-01-30T08:00:00Z' })
  expires_at: string | null;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: null })
  revoked_at: string | null;
}

export class CreatedApiKeyDto extends ApiKeyDto {
  @ApiProperty({ description: 'Send it in X-Api-Key. Shown once', example: 'syk_3q2-7wAB…' })
  secret: string;
}

export class ApiKeyPageDto {
  @ApiProperty({ type: [ApiKeyDto] })
  items: ApiKeyDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

export class CreateApiKeyDto {
  @TextProperty({ maxLength: 200, description: 'Who uses it; the trail names it', example: 'billing-service' })
  name: string;

  @TextProperty({
    maxLength: 200,
    optional: true,
    description: 'The user for whom it stands. Leave it out for a service.',
    example: 'user-7',
  })
  user_id?: string;

  @ApiProperty({
    enum: SCOPES,
    enumName: 'Scope',
    isArray: true,
    minItems: 1,
    maxItems: 20,
    description: 'No more than your own scopes give',
    example: ['sync:view', 'sync:report'],
  })
  @IsIn(SCOPES, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(20)
  @IsArray()
  scopes: Scope[];

  @IntegerProperty({
    min: 1,
    max: 3_650,
    optional: true,
    description: 'How many days it is valid; left out: until it is revoked',
    example: 90,
  })
  expires_in_days?: number;
}

export class KeyIdParam {
  @ApiProperty({ format: 'uuid', example: '4c8a1f0e-7d52-4b7e-9a63-1f2e3d4c5b6a' })
  @IsUUID('all')
  key_id: string;
}

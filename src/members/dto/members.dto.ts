import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { ROLE_NAMES, type Role } from '../../auth/rights.ts';
import { EnumProperty, TextProperty } from '../../common/bounds.decorator.ts';

const GIVEN_ROLES = [...ROLE_NAMES, 'none'] as const;
export const ROLE_SOURCES = ['organization', 'provider'] as const;

export class MemberDto {
  @ApiProperty({ example: 'user-7' })
  user_id: string;

  @ApiProperty({ type: String, nullable: true, example: 'Ann Example' })
  name: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'ann@example.com' })
  email: string | null;

  @ApiProperty({
    type: String,
    enum: ROLE_NAMES,
    nullable: true,
    description: 'Null: they may not sign in with the identity provider',
    example: 'operator',
  })
  role: Role | null;

  @ApiProperty({ description: 'Whether they see the values of items', example: false })
  sees_payloads: boolean;

  @ApiProperty({
    enum: ROLE_SOURCES,
    enumName: 'RoleSource',
    description: 'provider: a claim of the identity provider gives the role, so it is changed there',
    example: 'organization',
  })
  role_from: (typeof ROLE_SOURCES)[number];

  @ApiProperty({ type: String, nullable: true, format: 'date-time', example: '2026-11-01T08:00:00Z' })
  last_sign_in_at: string | null;

  @ApiProperty({ format: 'date-time', example: '2026-10-01T08:00:00Z' })
  created_at: string;
}

export class MemberPageDto {
  @ApiProperty({ type: [MemberDto] })
  items: MemberDto[];

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor: string | null;
}

/** Members that are left out stay as they are. */
export class ChangeMemberDto {
  @EnumProperty({
    values: GIVEN_ROLES,
    name: 'GivenRole',
    optional: true,
    description: 'none takes the role away',
    example: 'operator',
  })
  role?: Role | 'none';

  @ApiProperty({ required: false, description: 'Whether they see the values of items', example: true })
  @IsOptional()
  @IsBoolean()
  sees_payloads?: boolean;
}

export class MemberIdParam {
  @TextProperty({ maxLength: 200, example: 'user-7' })
  user_id: string;
}

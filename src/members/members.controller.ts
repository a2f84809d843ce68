import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { PageQuery } from '../common/list-query.dto.ts';
import { Operation } from '../common/operation.ts';
import { ChangeMemberDto, MemberDto, MemberIdParam, MemberPageDto } from './dto/members.dto.ts';
import { MembersService } from './members.service.ts';

@ApiTags('members')
@Controller('api/sync/members')
export class MembersController {
  constructor(private readonly members: MembersService) {}

  @Get()
  @Operation({
    id: 'listMembers',
    summary: 'List the people of your organization, and their roles',
    description:
      'Ordered by id. Whoever signs in with the identity provider is a member from then on, also without a role.',
    ok: [{ status: 200, description: 'A page of members', type: MemberPageDto }],
  })
  list(@Query() query: PageQuery): Promise<MemberPageDto> {
    return this.members.page(query);
  }

  @Patch(':user_id')
  @Operation({
    id: 'changeMember',
    summary: 'Give a member another role',
    description:
      'Ends the sessions that they have with the identity provider. Not your own role, and not one that the provider gives. Written to the audit trail.',
    ok: [{ status: 200, description: 'The member', type: MemberDto }],
    problems: ['not-found', 'conflict'],
  })
  change(@Param() { user_id }: MemberIdParam, @Body() body: ChangeMemberDto): Promise<MemberDto> {
    return this.members.change(user_id, body);
  }
}

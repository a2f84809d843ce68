import { createHash } from 'node:crypto';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Operation } from '../common/operation.ts';
import { LargeBody } from '../common/route.config.ts';
import {
  CacheKeyParam,
  PreviewDto,
  PreviewInputsDto,
  PreviewPageDto,
  PreviewsQuery,
  StorePreviewDto,
} from './dto/preview.dto.ts';
import { PreviewService } from './preview.service.ts';

@ApiTags('previews')
@Controller('api/sync/previews')
export class PreviewController {
  constructor(private readonly previews: PreviewService) {}

  @Put()
  @LargeBody()
  @Operation({
    id: 'storePreview',
    summary: 'Store the delta a sync would apply',
    description:
      'Replaces the preview of the same sync type and entity type. It expires after ttl_seconds, by default an hour.',
    ok: [
      {
        status: 200,
        description: 'The stored preview',
        type: PreviewDto,
        headers: { ETag: 'Changes each time the preview is stored' },
      },
    ],
  })
  async store(@Body() body: StorePreviewDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<PreviewDto> {
    return tagged(await this.previews.store(body), reply);
  }

  @Get()
  @Operation({
    id: 'listPreviews',
    summary: 'The previews that have not expired, newest first',
    description: 'The list leaves out the deltas. Read a preview by its cache_key to get its delta.',
    ok: [{ status: 200, description: 'A page of previews', type: PreviewPageDto }],
  })
  list(@Query() query: PreviewsQuery): Promise<PreviewPageDto> {
    return this.previews.page(query);
  }

  @Post('lookup')
  @HttpCode(200)
  @Operation({
    id: 'lookUpPreview',
    summary: 'Find a preview by what it was computed from',
    ok: [
      {
        status: 200,
        description: 'The preview',
        type: PreviewDto,
        headers: { ETag: 'Changes each time the preview is stored' },
      },
    ],
    problems: ['not-found'],
  })
  async lookUp(@Body() body: PreviewInputsDto, @Res({ passthrough: true }) reply: FastifyReply): Promise<PreviewDto> {
    return tagged(await this.previews.lookUp(body), reply);
  }

  @Get(':cache_key')
  @ApiHeader({
    name: 'If-None-Match',
    required: false,
    description: 'The ETag of your copy; the response is 304 when it is still current',
  })
  @Operation({
    id: 'getPreview',
    summary: 'Read a preview',
    ok: [
      {
        status: 200,
        description: 'The preview',
        type: PreviewDto,
        headers: { ETag: 'Changes each time the preview is stored' },
      },
      { status: 304, description: 'Your copy is still current' },
    ],
    problems: ['not-found'],
  })
  async get(
    @Param() { cache_key }: CacheKeyParam,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewDto | undefined> {
    const preview = tagged(await this.previews.get(cache_key), reply);
    if (!isKnown(request.headers['if-none-match'], reply)) return preview;
    reply.status(304);
    return undefined;
  }

  @Delete(':cache_key')
  @HttpCode(204)
  @Operation({
    id: 'deletePreview',
    summary: 'Forget a preview',
    ok: [{ status: 204, description: 'Forgotten' }],
    problems: ['not-found'],
  })
  remove(@Param() { cache_key }: CacheKeyParam): Promise<void> {
    return this.previews.remove(cache_key);
  }
}

/** A preview is stored whole, so its key and the time it was stored identify its content. */
function tagged(preview: PreviewDto, reply: FastifyReply): PreviewDto {
  const tag = createHash('sha256')
    .update(`${preview.cache_key} ${preview.computed_at}`)
    .digest('base64url')
    .slice(0, 27);
  reply.header('etag', `"${tag}"`).header('cache-control', 'private, no-cache');
  return preview;
}

function isKnown(ifNoneMatch: string | undefined, reply: FastifyReply): boolean {
  const tags = ifNoneMatch?.split(',').map((tag) => tag.trim().replace(/^W\//, '')) ?? [];
  return tags.includes('*') || tags.includes(String(reply.getHeader('etag')));
}

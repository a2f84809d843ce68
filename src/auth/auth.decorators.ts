import { SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Principal, Scope } from './principal.ts';

export const REQUIRED_SCOPE = 'required-scope';
export const PUBLIC = 'public';

/** The scope an operation needs. An operation that names neither this nor Public needs sync:admin. */
export const RequireScope = (scope: Scope) => SetMetadata(REQUIRED_SCOPE, scope);

/** Served without a principal: health, metrics and the sign-in itself, nothing else. */
export const Public = () => SetMetadata(PUBLIC, true);

/** A request after the guard; `principal` is missing on public operations only. */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

/** The dashboard's session cookie. */
export const SESSION_COOKIE = 'sync_session';

import type { FastifyRequest } from 'fastify';
import { routeSettings } from '../common/route.config.ts';
import type { Principal, Scope } from './principal.ts';

/** The scope an operation needs. An operation that names neither this nor Public needs sync:admin. */
export const RequireScope = (scope: Scope) => routeSettings({ access: scope });

/** Served without a principal: health, metrics and the sign-in itself, nothing else. */
export const Public = () => routeSettings({ access: 'public' });

/** A request that was admitted; `principal` is missing on public operations only. */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

import type { FastifyRequest } from 'fastify';
import { routeSettings } from '../common/route.config.ts';
import type { Principal } from './principal.ts';

/** Served without a principal: health, metrics and the sign-in itself, nothing else. */
export const Public = () => routeSettings({ access: 'public' });

/** For whoever is known, whatever they may do. Every other operation needs what OPERATION_RIGHTS says of its id. */
export const SignedIn = () => routeSettings({ access: 'signed-in' });

/** A request that was admitted; `principal` is missing on public operations only. */
export type AuthenticatedRequest = FastifyRequest & { principal?: Principal };

import 'reflect-metadata';
import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';

const KIB = 1024;

/** What a handler's decorators say about its route. Hooks read it before the body of a request is. */
export interface RouteSettings {
  /** Who is asked for no right: everybody, or whoever is known. */
  readonly access?: 'public' | 'signed-in';
  /** The id of the operation, by which the guard finds the rights that it needs. */
  readonly operation?: string;
  /** The largest body in bytes. */
  readonly bodyLimit?: number;
  /** The handler receives the bytes as they came, because they are signed. */
  readonly rawBody?: boolean;
  /** A page of ours sends a form there. */
  readonly form?: boolean;
  /** Does not count among the requests under way. */
  readonly takesNoPlace?: boolean;
}

/** Adds to what other decorators of the handler say. */
export function routeSettings(settings: RouteSettings): MethodDecorator {
  return (target, key, descriptor) => {
    const others = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as RouteSettings;
    RouteConfig({ ...others, ...settings })(target, key, descriptor);
  };
}

/** Bodies by the thousand items: bulk reports, entries, a preview's delta. */
export const LargeBody = (): MethodDecorator => routeSettings({ bodyLimit: 8 * KIB * KIB });

export const AcceptForm = (): MethodDecorator => routeSettings({ form: true });

/** For reports, which wait in a queue of their own, and for answers that take as long as somebody reads. */
export const TakesNoPlace = (): MethodDecorator => routeSettings({ takesNoPlace: true });

export const settingsOf = (request: FastifyRequest): RouteSettings => request.routeOptions.config as RouteSettings;

/** Without credentials nobody sends more than a key or a token; one item is small. */
export const bodyLimitOf = ({ access, bodyLimit }: RouteSettings): number =>
  bodyLimit ?? (access === 'public' ? 4 * KIB : 64 * KIB);

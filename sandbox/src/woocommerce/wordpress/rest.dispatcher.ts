import { requirePermission } from '../auth/api-key.authenticator.ts';
import type { Authenticate } from '../auth/api-key.types.ts';
import { inOlderForm } from './older.form.ts';
import { readBody } from './request-body.reader.ts';
import { FatalError, invalidJson, noRoute, RestError } from './rest.error.ts';
import { commonHeaders } from './rest.headers.ts';
import type { BatchRules, Endpoint, RawRequest, RestRequest, RestResponse, Route } from './rest.types.ts';
import { sanitizeArgs } from './rest-args.sanitizer.ts';
import { validateArgs } from './rest-args.validator.ts';
import { filterFields } from './rest-fields.filter.ts';

/** A complete response: all headers, `body` as JSON text or empty. */
export interface DispatchedResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface DispatcherParts {
  homeUrl: string;
  routes: readonly Route[];
  authenticate: Authenticate;
  /** The site's own limit of batches. */
  batchLimit?: number;
  /** WooCommerce 7.9. */
  legacy?: boolean;
}

const NO_KEY = { key: null, error: null };

interface Match {
  route: Route;
  endpoint: Endpoint;
  pathParams: Readonly<Record<string, string>>;
}

/**
 * WordPress's REST server. The order of its checks shows in the recordings: key, key permission, route, JSON, parameters,
 * the user's permission, and only then the resource; so an anonymous request with a bad parameter gets 400, not 401.
 */
export function createDispatcher({ homeUrl, routes, authenticate, batchLimit = 100, legacy = false }: DispatcherParts) {
  return function dispatch(raw: RawRequest): DispatchedResponse {
    const { key, error } = raw.as ? NO_KEY : authenticate(raw);
    const signedIn = (key !== null && key.owner !== 'customer') || raw.as === 'manager';
    const headers = commonHeaders({ homeUrl, method: raw.method, signedIn: signedIn || key !== null, legacy });
    const finish = ({ status, body, headers: extra }: RestResponse): DispatchedResponse => ({
      status,
      headers: { ...headers, ...extra },
      body: raw.method === 'HEAD' || body === undefined ? '' : JSON.stringify(body),
    });
    try {
      if (error) throw error;
      if (key) requirePermission(key, raw.method);
      const match = findEndpoint(routes, raw);
      const user = { signedIn, isShopManager: key?.owner === 'shop_manager' };
      const request = mergeParams(match, raw, user, { limit: batchLimit, legacy });
      const allowed = allowedMethods(match.route, request);
      if (allowed !== '') headers.Allow = allowed;
      const reply = run(match.endpoint, raw, request);
      const body = legacy ? inOlderForm(reply.body) : reply.body;
      return finish({ ...reply, body: filterFields(body, request.params._fields, reply.fieldsInRequestedOrder) });
    } catch (problem) {
      if (problem instanceof FatalError) {
        delete headers.Allow; // WordPress adds it last (recordings 450, 635)
        return finish({ status: 500, body: problem.body(legacy) });
      }
      if (!(problem instanceof RestError)) throw problem;
      const { status, body } = key ? problem.ofSomebody() : { status: problem.status, body: problem.body() };
      return finish({ status, body });
    }
  };
}

function run(endpoint: Endpoint, raw: RawRequest, given: RestRequest): RestResponse {
  if (readBody(raw) === null) throw invalidJson(raw.body);
  validateArgs(endpoint.args, given.params);
  const params = sanitizeArgs(endpoint.args, given.params);
  const query = Object.fromEntries(Object.keys(given.query).map((name) => [name, params[name]]));
  const request = { ...given, params, query };
  endpoint.permit(request);
  return endpoint.handle(request);
}

function findEndpoint(routes: readonly Route[], raw: RawRequest): Match {
  const path = restPath(raw);
  const method = raw.method === 'HEAD' ? 'GET' : raw.method;
  for (const route of routes) {
    const found = path === null ? null : route.pattern.exec(path);
    const endpoint = route.endpoints.find(({ methods }) => methods.includes(method));
    if (found && endpoint) return { route, endpoint, pathParams: { ...found.groups } };
  }
  throw noRoute();
}

/** The path below /wp-json, or what `?rest_route=` names (recording 77). */
function restPath({ path, query }: RawRequest): string | null {
  const route = path.startsWith('/wp-json/') ? path.slice('/wp-json'.length) : query.rest_route;
  return typeof route === 'string' ? route.replace(/\/+$/, '') : null;
}

type User = Pick<RestRequest, 'signedIn' | 'isShopManager'>;

function mergeParams({ pathParams }: Match, raw: RawRequest, user: User, rules: BatchRules): RestRequest {
  const params = { ...pathParams, ...raw.query, ...readBody(raw) };
  return { params, query: raw.query, ...user, batch: { ...rules, ...raw.batch } };
}

/** The Allow header: the methods that this user may use on this object, so none for a missing one (recording 20). */
function allowedMethods(route: Route, request: RestRequest): string {
  const permitted = route.endpoints.filter((endpoint) => {
    try {
      endpoint.permit(request);
      return true;
    } catch {
      return false;
    }
  });
  return permitted.flatMap(({ methods }) => methods).join(', ');
}

interface CatalogueEntry {
  readonly status: number;
  readonly title: string;
  /** When the service returns it. Markdown: code in backticks, nothing else. */
  readonly cause: string;
  /** What the caller or the operator does about it. */
  readonly action: string;
}

/**
 * Every problem that the service returns, by the last part of its `type` (RFC 9457). Clients switch on the type, so an entry is never
 * renamed. `npm run openapi` writes docs/errors.md from here; the service itself shows the same at /errors.
 */
export const PROBLEMS = {
  'malformed-request': {
    status: 400,
    title: 'The request cannot be read',
    cause:
      'The body is not valid JSON, is nested too deep or has an object of too many members, the address is not valid percent-encoding, or a header has a value that it cannot have.',
    action: 'Correct what `detail` names. The same request fails again.',
  },
  'request-refused': {
    status: 400,
    title: 'The request is refused',
    cause:
      'HTTP itself forbids it: a method, a range, an expectation or a precondition that this address does not support. The status is the one that HTTP has for it, such as 405, 412 or 416.',
    action: 'Correct what `detail` names. The same request fails again.',
  },
  'organization-required': {
    status: 400,
    title: 'No organization is named',
    cause: 'The key is valid for every organization, and the request does not say which one it means.',
    action: 'Name the organization in the header `X-Org-Id` or the query parameter `orgId`.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid credentials',
    cause:
      'The request has no token, key or session, or the one it has is unknown, expired or revoked. A webhook whose signature is wrong is refused in the same way.',
    action:
      'Send a valid token in `Authorization: Bearer`, or a service key in `X-Api-Key`. Many at once after a deploy: compare `SYNC_JWT_SECRET`, `SYNC_JWKS_URL`, `SYNC_JWT_ISSUER` and `SYNC_JWT_AUDIENCE` with those of the token issuer.',
  },
  'other-organization': {
    status: 403,
    title: 'Not your organization',
    cause: '`orgId` or `X-Org-Id` names another organization than the one of the credentials.',
    action: 'Leave it out, or use the credentials of that organization.',
  },
  'missing-scope': {
    status: 403,
    title: 'A scope is missing',
    cause:
      'The credentials are valid, but none of their scopes gives the right that this operation needs; `detail` names it.',
    action:
      'Ask for credentials with that right: `docs/rights.md` says which role has it. `sync:write` includes `sync:read`, and `sync:admin` everything.',
  },
  'cross-site-request': {
    status: 403,
    title: 'Cross-site request refused',
    cause: 'A page of another site used the session cookie of the dashboard, or tried to sign somebody in.',
    action: 'Use a token or a service key outside the pages of the service itself.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    cause:
      'There is nothing at this address, or what it names does not exist in your organization. The response is exactly the same for what belongs to another organization.',
    action: 'Check the id and the organization. A preview also disappears when it expires: compute it again.',
  },
  'sync-exists': {
    status: 409,
    title: 'The sync exists with other content',
    cause: 'A sync with this `sync_id` was started with another entity type, system, total or initiator.',
    action: 'Choose another `sync_id`; `errors` says what differs.',
  },
  'sync-ended': {
    status: 409,
    title: 'The sync has ended',
    cause: 'The sync is completed, failed, cancelled or timed out, and an ended sync never changes.',
    action:
      'Start a new sync. A reporter that gets this in the middle of its work must stop: its sync was cancelled, or it timed out. When many syncs end with status `timeout`, reporters are silent for longer than `SYNC_SILENT_MINUTES`.',
  },
  'counts-backwards': {
    status: 409,
    title: 'Counts cannot go backwards',
    cause: 'A count is below the one that was reported before. Counts are absolute, not increments.',
    action: 'Send the counts since the start of the sync. If they are, two reporters use the same `sync_id`.',
  },
  'stale-preview': {
    status: 409,
    title: 'The preview is out of date',
    cause:
      'The source or the destination has changed since the preview was computed, or a newer preview has replaced it, so applying it would not do what it shows.',
    action: 'Compute the preview again and apply the new one.',
  },
  'delete-guard': {
    status: 409,
    title: 'Too many records would be deleted',
    cause:
      'The run would delete a larger share of the destination than its connection allows (15 % unless set), which usually means that the source is empty by mistake.',
    action:
      'Look at the preview. If it is right, send `override_guard` with a reason, which is written into the audit trail.',
  },
  'another-system': {
    status: 409,
    title: 'The connection leads to another system',
    cause:
      'What answers at the address of the connection is not, or may not be, the shop, database or file that the connection is bound to. What was synced with that one would be taken for entries of the other.',
    action:
      'Correct the address, the database, the company or the column. If it is another system, send `another_system: true` with `PATCH /connections/{id}`; if it is the same one, moved, send `another_system: false`.',
  },
  conflict: {
    status: 409,
    title: 'The state does not allow it',
    cause:
      'An entry like this already exists, or the current state of the resource does not allow the request; `detail` says which.',
    action:
      'Read the resource again, then decide whether to repeat the request. With a `Retry-After` header the same request may succeed later.',
  },
  'quota-exceeded': {
    status: 409,
    title: 'A quota is used up',
    cause:
      'Your organization has as many syncs, connections, schedules, streams, previews or records as it may have; `detail` says of which.',
    action:
      'End or remove some. `GET /api/sync/usage` says what is used of what; the operator sets the limits (`SYNC_ORG_…`).',
  },
  'request-timeout': {
    status: 408,
    title: 'The request did not arrive in time',
    cause: 'The headers or the body of the request took longer than `SYNC_REQUEST_SECONDS` to arrive.',
    action: 'Send it again, at once and whole.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    cause:
      'The body is larger than this operation takes: 8 MiB for bulk reports, entries and previews, 1 MiB for webhooks, 4 KiB without credentials, 64 KiB for all others.',
    action: 'Send less in one request, for example fewer items.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The media type is not supported',
    cause: 'The body is a form, or its `Content-Type` is not JSON.',
    action: 'Send JSON with `Content-Type: application/json`.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    cause:
      'A bucket is empty: of your organization, of your key or user, or of an address that tries invalid credentials.',
    action:
      'Wait for the seconds in `Retry-After`. Report every few seconds or hundreds of items, and in bulk, not item by item.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    cause:
      'The address and the headers of the request have more than 16 KiB. A token with many claims is the usual cause.',
    action: 'Send a shorter token or a service key; put what is long into the body.',
  },
  'invalid-request': {
    status: 422,
    title: 'The request is not valid',
    cause: 'A field or parameter is missing, unknown, of the wrong type or outside its range.',
    action: 'Correct what `errors` points to: a JSON pointer into the body, or the name of a parameter or header.',
  },
  'counts-above-total': {
    status: 422,
    title: 'Counts are above the total',
    cause: '`processed_count` and `failed_count` together are above `total_items`.',
    action: 'Correct the counts, or report the new `total_items` in the same request.',
  },
  'too-many-workers': {
    status: 422,
    title: 'Too many workers report one sync',
    cause:
      'A report names a `worker` that is new to the sync, and as many as may report it have done so already; `detail` says how many.',
    action:
      'Let workers that start anew go on under the name of the one they replace, from its counts, or report the counts of the whole sync without `worker`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key was used for another request',
    cause: 'The `Idempotency-Key` was used in the last 24 hours with another path or body.',
    action: 'Use a new key for a new request, and the same key only to repeat one.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    cause: 'An unexpected error occurred. The response contains no details of it.',
    action: 'Look for `request_id` in the logs: the line of level error has the cause. It is a bug; please report it.',
  },
  'encryption-not-configured': {
    status: 503,
    title: 'Credential encryption is not configured',
    cause:
      'The service has no key to encrypt or decrypt the credentials of connections; `detail` says which one is missing.',
    action:
      'The operator sets `SYNC_ENCRYPTION_KEYS` and restarts the service. A key that is still in use must stay in the list.',
  },
  'organization-busy': {
    status: 503,
    title: 'Your organization has too much under way',
    cause:
      'The requests of your organization already use its share of the connections to the database, and as many wait as may. Other organizations are not affected.',
    action:
      'Try again after `Retry-After`; the request had no effect. Send fewer requests at the same time. Often something of your own holds rows locked: look for a transaction that stays open.',
  },
  overloaded: {
    status: 503,
    title: 'The service has more to do than it gets done in time',
    cause:
      'So many requests wait for the database already that this one would wait for too long. It was refused at once and had no effect.',
    action:
      'Try again after `Retry-After`. When it lasts, the operator adds replicas or a larger database; `SYNC_DB_POOL_SIZE` and `SYNC_DB_WAITING` say how much waits where.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    cause: 'The database, a system or the token issuer cannot be reached or is busy, or the service is stopping.',
    action:
      'Try again after `Retry-After`. When the connection was lost during a write, the write may have taken effect: repeat it with the same `Idempotency-Key`. Repeating a report is harmless. This is normal for a minute during a deploy or a failover of the database; otherwise look at `/health/ready` and the logs.',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ProblemName = keyof typeof PROBLEMS;

/** The stable prefix of every problem type. */
export const PROBLEM_TYPE_PREFIX = 'urn:sync-operations:problem:';

/** Where the service itself explains its problems, one anchor each. */
export const CATALOGUE_PATH = '/errors';

import {
  type Connection,
  type Connector,
  type CreatedConnection,
  changeConnection,
  createConnection,
} from '@sync-operations/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FieldErrors, fieldErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/problem.ts';
import { type ConnectionDraft, connectionBody } from './connection.draft.ts';
import { withoutNulls } from './schema.draft.ts';

/** The draft is incomplete or invalid, so it was not sent. */
export class InvalidDraft extends Error {
  constructor(readonly errors: FieldErrors) {
    super('the draft is invalid');
  }
}

/** The errors by field, found by this page or by the service. */
export const errorsOf = (error: unknown): FieldErrors =>
  error instanceof InvalidDraft ? error.errors : fieldErrors(error);

/** Creates a connection, or changes `existing`. Fails with InvalidDraft or ApiError. */
export function useSaveConnection(connector: Connector) {
  const { orgId, client } = useOrganization();
  const queries = useQueryClient();
  const keyFor = useIdempotencyKey();
  return useMutation({
    mutationFn: async ({
      draft,
      existing,
    }: {
      readonly draft: ConnectionDraft;
      readonly existing?: Pick<Connection, 'id'> | undefined;
    }): Promise<Connection | CreatedConnection> => {
      const { body, errors } = connectionBody(connector, draft);
      if (Object.keys(errors).length > 0) throw new InvalidDraft(errors);
      if (existing) return unwrap(changeConnection({ client, path: { connection_id: existing.id }, body }));
      const created = { ...body, credentials: body.credentials ?? {}, settings: withoutNulls(body.settings) };
      const whole = { ...created, system: connector.system };
      return unwrap(createConnection({ client, body: whole, headers: { 'Idempotency-Key': keyFor(whole) } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'connections'] }),
  });
}

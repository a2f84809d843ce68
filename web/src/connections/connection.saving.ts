import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  type Connection,
  type Connector,
  type CreatedConnection,
  changeConnection,
  createConnection,
} from '../../../clients/typescript/src/index.ts';
import { type FieldErrors, fieldErrors } from '../api/field.errors.ts';
import { useIdempotencyKey } from '../api/idempotency.ts';
import { useOrganization } from '../api/organization.ts';
import { unwrap } from '../api/unwrap.ts';
import { type ConnectionDraft, readConnection } from './connection.draft.ts';
import { given } from './schema.draft.ts';

/** What was typed cannot be sent as it is. */
export class WrongDraft extends Error {
  constructor(readonly errors: FieldErrors) {
    super('what was typed is not complete');
  }
}

/** By field, whoever found it: this page or the service. */
export const errorsOf = (error: unknown): FieldErrors =>
  error instanceof WrongDraft ? error.errors : fieldErrors(error);

/** Creates a connection, or changes the one that is given. Fails with WrongDraft or ApiError. */
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
      const { body, errors } = readConnection(connector, draft);
      if (Object.keys(errors).length > 0) throw new WrongDraft(errors);
      if (existing) return unwrap(changeConnection({ client, path: { connection_id: existing.id }, body }));
      const created = { ...body, credentials: body.credentials ?? {}, settings: given(body.settings) };
      const whole = { ...created, system: connector.system };
      return unwrap(createConnection({ client, body: whole, headers: { 'Idempotency-Key': keyFor(whole) } }));
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: [orgId, 'connections'] }),
  });
}

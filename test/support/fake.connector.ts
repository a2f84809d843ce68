import type { Connector, ConnectorSession } from '../../src/connectors/contract/connector.types.ts';

/** A system named `fake` that returns what a test says; nothing is called over the network. */
export function fakeConnector(session: Partial<ConnectorSession>): Connector & { readonly opened: unknown[] } {
  const opened: unknown[] = [];
  const unused = () => Promise.reject(new Error('not expected in this test'));
  const nothing: ConnectorSession = {
    ...{
      check: unused,
      count: unused,
      read: unused,
      readIds: unused,
      readByIds: unused,
      findMatches: unused,
      write: unused,
      findRefusals: unused,
    },
    changeToken: unused,
    identify: async () => ({ identity: 'fake', place: 'here', scope: '' }),
  };
  return {
    opened,
    description: {
      system: 'fake',
      title: 'Fake',
      entities: [
        {
          ...{ entity_type: 'customer', read: true, write: true, tells_changes: true, deletes: 'permanent' },
          fields: ['email', 'billing'],
        },
      ],
      credentials: {
        type: 'object',
        required: ['login', 'api_key'],
        properties: {
          login: { type: 'string', title: 'Login', maxLength: 50 },
          api_key: { type: 'string', title: 'Key', secret: true },
        },
      },
      settings: {
        type: 'object',
        properties: {
          page_size: { type: 'integer', title: 'Page size', minimum: 1, maximum: 100, default: 50 },
          mode: { type: 'string', title: 'Mode', enum: ['fast', 'safe'] },
        },
      },
      webhooks: { receive: () => ({ kind: 'ignored', reason: 'a test' }) },
    },
    checkRead: () => undefined,
    open: ({ connection }) => {
      opened.push(connection);
      return { ...nothing, ...session };
    },
  };
}

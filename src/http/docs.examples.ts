/** What a value of the examples stands for: where an answer has it. */
export interface StandIn {
  /** As it stands in the examples. */
  readonly example: string;
  /** Of which requests, whatever their method. */
  readonly path: string;
  /** Where the answer has it; a number is the place in a list. */
  readonly member: string;
  /** Of connections: only one to this system. */
  readonly system?: string;
}

const SHOP = '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d';
const PREVIEW = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/**
 * What the service gives, or has read, and examples of other operations name. On the page, each stands for what was answered last, so that
 * the examples run one after another as they stand; what is not here is what nothing on the page can make.
 */
export const STAND_INS: readonly StandIn[] = [
  { example: SHOP, path: '/connections', member: 'id', system: 'woocommerce' },
  { example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10', path: '/connections', member: 'id', system: 'odoo' },
  { example: PREVIEW, path: '/previews', member: 'cache_key' },
  { example: PREVIEW, path: '/connections/{id}/preview', member: 'cache_key' },
  { example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11', path: '/runs', member: 'sync_id' },
  {
    example: 'run-9c2e4b7a-1f60-4d8e-b3a5-7e0d2c6f8a14',
    path: '/connections/{id}/reconcile',
    member: 'sync_id',
  },
  // A customer that was read, what it is bound to, and one that failed.
  { example: '4711', path: '/records', member: 'items.0.external_id' },
  { example: '1017', path: '/connections/{id}/bindings', member: 'items.0.with_external_id' },
  { example: '4712', path: '/progress/{id}/items', member: 'items.0.external_id' },
  { example: '3d1f0a52-1c2e-4b6f-8a1d-9c6a5d3e2b10', path: '/connections/{id}/schedules', member: 'id' },
  { example: '5c2e7f10-8a4b-4d3c-9e1f-7b6a5d4c3b2a', path: '/webhook-endpoints', member: 'id' },
  { example: '0e4c8f3a-6d1b-4f7e-a2c9-3b5d7f9e1a2c', path: '/webhook-endpoints/{id}/test', member: 'id' },
  { example: '4c8a1f0e-7d52-4b7e-9a63-1f2e3d4c5b6a', path: '/keys', member: 'id' },
  { example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f', path: '/alert-rules', member: 'id' },
  { example: '1e2d3c4b-5a69-4788-9a0b-1c2d3e4f5a6b', path: '/alerts', member: 'items.0.id' },
  { example: '8e7d6c5b-4a39-4281-8f0e-9d8c7b6a5f4e', path: '/erasures', member: 'id' },
];

const SECOND_PERSON =
  'Needs a run that waits for approval and that somebody else has started. Set a low limit with `PATCH /settings`, authorize here with another ' +
  'key (`POST /keys` makes one, for another user), start a run that changes more, and authorize with your own again. Until then it is refused with 409.';

/** What the example of an operation needs that one person cannot make on the page; until then it is refused. */
export const NEEDED_BESIDE: Readonly<Record<string, string>> = {
  changeMember:
    'Needs a member, whom nothing on this page makes: whoever has signed in with the identity provider is one. Until then it is refused with 404.',
  approveRun: SECOND_PERSON,
  refuseRun: SECOND_PERSON,
};

/** The system of which the examples connect one at an address, or undefined to leave them as they are. */
export interface ExampleSystems {
  readonly shop: string | undefined;
  readonly erp: string | undefined;
}

interface ConnectionExample {
  readonly value: { readonly base_url: string; readonly settings?: object };
}

/** The examples of a connection, leading to a shop and an ERP that are there. */
export function atTheirAddress<Example extends ConnectionExample>(
  examples: Readonly<Record<string, Example>>,
  { shop, erp }: ExampleSystems,
): Record<string, Example> {
  const addresses: Readonly<Record<string, string | undefined>> = {
    'https://shop.example.com': shop,
    'https://erp.example.com': erp,
  };
  return Object.fromEntries(
    Object.entries(examples).map(([name, example]) => {
      const address = addresses[example.value.base_url];
      if (address === undefined) return [name, example];
      const settings = { ...example.value.settings, ...(address.startsWith('http:') && { allow_http: true }) };
      return [name, { ...example, value: { ...example.value, base_url: address, settings } }];
    }),
  );
}

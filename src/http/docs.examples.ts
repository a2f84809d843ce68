/** Of which answer an id of the examples stands for. */
export interface Made {
  /** As it stands in the examples. */
  readonly example: string;
  /** How the path of the request ends that makes it. */
  readonly path: string;
  /** Where the answer has it. */
  readonly member: string;
  /** Of connections: only one to this system. */
  readonly system?: string;
}

/**
 * The ids that the service gives and that examples of other operations name. On the page, each stands for what was made last, so that the
 * examples run one after another as they stand; an id that is not here is one that nothing on the page can make.
 */
export const MADE: readonly Made[] = [
  { example: '6b0f6a52-8f5e-4c1e-9d43-0f6a1f2b3c4d', path: '/connections', member: 'id', system: 'woocommerce' },
  { example: '7f1d9a52-33c9-4f6b-8f1d-0c6a5d3e2b10', path: '/connections', member: 'id', system: 'odoo' },
  {
    example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    path: '/previews',
    member: 'cache_key',
  },
  { example: 'run-5b0c1f6e-0d3c-4a55-8f0e-2f5f0a4f7c11', path: '/runs', member: 'sync_id' },
  { example: '3d1f0a52-1c2e-4b6f-8a1d-9c6a5d3e2b10', path: '/schedules', member: 'id' },
  { example: '5c2e7f10-8a4b-4d3c-9e1f-7b6a5d4c3b2a', path: '/webhook-endpoints', member: 'id' },
  { example: '0e4c8f3a-6d1b-4f7e-a2c9-3b5d7f9e1a2c', path: '/test', member: 'id' },
  { example: '4c8a1f0e-7d52-4b7e-9a63-1f2e3d4c5b6a', path: '/keys', member: 'id' },
  { example: '7d0c4a1e-2b3f-4c5d-8e6f-9a0b1c2d3e4f', path: '/alert-rules', member: 'id' },
];

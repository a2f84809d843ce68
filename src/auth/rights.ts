/** What somebody may do: one word for each thing that an organization gives and takes by itself. */
export const RIGHTS = {
  view: 'see syncs, runs, connections, schedules, alerts and counts',
  payloads: 'see the values of items: records, previews, differences, conflicts, histories, messages to receivers',
  trail: 'read the audit trail',
  export: 'take it along as a file',
  verify: 'verify it, and read its seals',
  report: 'report progress, entries and previews of a sync of their own',
  control: 'cancel, pause, resume; acknowledge and mute alerts; send messages again',
  run: 'start and retry syncs, compute previews, reconcile, undo',
  apply: 'apply a preview, override the delete guard',
  approve: 'approve what somebody else started',
  schedules: 'make, change and remove schedules',
  connections: 'make, change, check and remove connections; link and unlink items',
  rules: 'make, change and remove alert rules and receivers of events',
  erase: 'erase a person, and read what came of it',
  members: 'keys, members, their roles, and the limits of the organization',
} as const;
export type Right = keyof typeof RIGHTS;
export const RIGHT_NAMES = Object.keys(RIGHTS) as Right[];

const VIEWER = ['view', 'trail'] as const;
const OPERATOR = [...VIEWER, 'control', 'run'] as const;

/** What people are in an organization. Nobody but an admin sees payloads by their role: that is given beside it. */
export const ROLES = {
  viewer: VIEWER,
  operator: OPERATOR,
  integrator: [...OPERATOR, 'apply', 'approve', 'schedules', 'connections', 'rules'],
  auditor: [...VIEWER, 'export', 'verify'],
  admin: RIGHT_NAMES,
} as const satisfies Record<string, readonly Right[]>;
export type Role = keyof typeof ROLES;
export const ROLE_NAMES = Object.keys(ROLES) as Role[];

const READ = [...VIEWER, 'payloads', 'export', 'verify'] as const;

/** The two wide scopes that were there before the rights, and mean what they meant. The third, sync:admin, is the role. */
const WIDE = {
  read: READ,
  write: [...READ, 'report', 'control', 'run', 'apply', 'schedules'],
} as const satisfies Record<string, readonly Right[]>;

/**
 * What a key or token carries: the word of a role or a right. With a prefix, since tokens of other issuers have roles of their own, whose names
 * must give nothing here.
 */
export type Scope = `sync:${Role | Right | keyof typeof WIDE}`;

const GRANTS: ReadonlyMap<string, readonly Right[]> = new Map<string, readonly Right[]>([
  ...Object.entries({ ...WIDE, ...ROLES }).map(([word, rights]) => [`sync:${word}`, rights] as const),
  ...RIGHT_NAMES.map((right) => [`sync:${right}`, [right]] as const),
]);

/** All of them, the wide ones first. */
export const SCOPES = [...GRANTS.keys()] as readonly Scope[];

/** Each includes the ones before it. */
const LADDER: readonly string[] = ['sync:read', 'sync:write', 'sync:admin'];

/** Keeps the scopes we know and adds what the wide ones include: sync:admin may write, sync:write may read. */
export function expandScopes(granted: readonly string[]): Scope[] {
  const highest = Math.max(...granted.map((scope) => LADDER.indexOf(scope)), -1);
  const narrow = granted.filter((scope) => GRANTS.has(scope) && !LADDER.includes(scope));
  return [...new Set([...LADDER.slice(0, highest + 1), ...narrow])] as Scope[];
}

/** In the order of RIGHTS. */
export function rightsOf(scopes: readonly Scope[]): Right[] {
  const granted = new Set(scopes.flatMap((scope) => GRANTS.get(scope) ?? []));
  return RIGHT_NAMES.filter((right) => granted.has(right));
}

export const hasRight = (scopes: readonly Scope[], right: Right): boolean =>
  scopes.some((scope) => GRANTS.get(scope)?.includes(right));

/** The scopes of a person: their role, and whether they see payloads. */
export const scopesOfMember = (role: Role, payloads: boolean): Scope[] => [
  `sync:${role}`,
  ...(payloads && role !== 'admin' ? (['sync:payloads'] as const) : []),
];

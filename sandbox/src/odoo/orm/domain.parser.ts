import { valueError } from './odoo.error.ts';
import { pythonRepr } from './python.format.ts';

export interface Condition {
  readonly kind: 'condition';
  readonly path: string;
  readonly operator: string;
  readonly value: unknown;
  /** As it was sent, for messages. */
  readonly sent: readonly unknown[];
}

/** A domain as a tree; `always` is `(1, '=', 1)`, its opposite `(0, '=', 1)`. */
export type DomainNode =
  | Condition
  | { readonly kind: 'and' | 'or'; readonly nodes: readonly DomainNode[] }
  | { readonly kind: 'not'; readonly node: DomainNode }
  | { readonly kind: 'always' | 'never' };

/** Reads Odoo's prefix notation: `['|', a, b, c]` is (a or b) and c. */
export function parseDomain(domain: unknown): DomainNode {
  if (domain === null || domain === undefined || domain === false) return { kind: 'always' };
  if (!Array.isArray(domain)) throw valueError(`Domain should be a list, got ${pythonRepr(domain)}`);
  let position = 0;

  const next = (): DomainNode => {
    if (position >= domain.length) {
      throw valueError(`Domain() invalid item in domain: ${pythonRepr(domain)}`);
    }
    const token: unknown = domain[position++];
    if (token === '!') return { kind: 'not', node: next() };
    if (token === '&' || token === '|') {
      const nodes = [next(), next()];
      return { kind: token === '&' ? 'and' : 'or', nodes };
    }
    return parseCondition(token);
  };

  const nodes: DomainNode[] = [];
  while (position < domain.length) nodes.push(next());
  const [only] = nodes;
  if (!only) return { kind: 'always' };
  return nodes.length === 1 ? only : { kind: 'and', nodes };
}

/** Whether a condition names the field. Odoo then does not filter archived records itself. */
export function mentions(node: DomainNode, field: string): boolean {
  if (node.kind === 'condition') return node.path === field;
  if (node.kind === 'not') return mentions(node.node, field);
  return 'nodes' in node && node.nodes.some((part) => mentions(part, field));
}

function parseCondition(token: unknown): DomainNode {
  if (!Array.isArray(token) || token.length !== 3) throw valueError(`Invalid leaf ${pythonRepr(token)}`);
  const [path, operator, value] = token as [unknown, unknown, unknown];
  if ((path === 1 || path === 0) && operator === '=' && value === 1) return { kind: path ? 'always' : 'never' };
  if (typeof path !== 'string' || typeof operator !== 'string') throw valueError(`Invalid leaf ${pythonRepr(token)}`);
  const normal = { '<>': '!=', '==': '=' }[operator] ?? operator.toLowerCase();
  return { kind: 'condition', path, operator: normal, value, sent: token };
}

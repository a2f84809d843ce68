/** The parts of an OpenAPI document that these tests read. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}
interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required?: boolean;
}
interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly security?: readonly unknown[];
}
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Values by the name of a parameter, a header or a member of a body. */
export type Values = Readonly<Record<string, unknown>>;

/** What to send; several where a body may be one of several kinds. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An operation of the service as its own document describes it. */
export interface Operation {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly isPublic: boolean;
  readonly hasPathParameter: boolean;
  /** The requests that name `values` wherever they can. Throws with what to add when something cannot be filled. */
  requests(values: Values): Request[];
}

export function readOperations(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      id: described.operationId,
      method: method.toUpperCase(),
      path,
      isPublic: described.security?.length === 0,
      hasPathParameter: path.includes('{'),
      requests: (values) => requestsOf(document, path, method.toUpperCase(), described, values),
    })),
  );
}

function requestsOf(document: Document, path: string, method: string, described: Described, values: Values): Request[] {
  const of = (kind: Parameter['in']) => (described.parameters ?? []).filter((parameter) => parameter.in === kind);
  for (const parameter of described.parameters ?? []) {
    if (parameter.required && values[parameter.name] === undefined)
      throw new Error(
        `${described.operationId}: give the victim a value named ${parameter.name} in endpoint.victim.ts`,
      );
  }
  const known = (kind: Parameter['in']) =>
    of(kind).flatMap(({ name }) => (values[name] === undefined ? [] : [[name, String(values[name])] as const]));
  const filled = known('path').reduce((at, [name, value]) => at.replace(`{${name}}`, encodeURIComponent(value)), path);
  const required = new Set(of('query').flatMap((one) => (one.required ? one.name : [])));
  // What is removed is named in full, and so is an item whose history is asked for.
  const isNamed = method === 'DELETE' || described.operationId === 'itemHistory';
  const least = known('query').filter(([name]) => required.has(name) || isNamed);
  const queries = [least, known('query')].map((query) =>
    new URLSearchParams(query.map(([name, value]) => [name, value])).toString(),
  );
  const schema = described.requestBody?.content['application/json']?.schema;
  const bodies = schema
    ? variants(document, schema).map((one) => fill(document, one, values, described.operationId))
    : [undefined];
  return bodies.flatMap((body) =>
    [...new Set(queries)].map((query) => ({
      method,
      path: filled + (query && `?${query}`),
      headers: Object.fromEntries(known('header')),
      body,
    })),
  );
}

function resolve(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}

const variants = (document: Document, schema: Schema): readonly Schema[] =>
  schema.oneOf?.map((one) => resolve(document, one)) ?? [resolve(document, schema)];

/** A body from the schema's examples, in which every member that has a value in `values` gets that. */
function fill(document: Document, schema: Schema, values: Values, where: string): unknown {
  const resolved = resolve(document, schema);
  if (resolved.example !== undefined) return resolved.example;
  if (resolved.items) return [fill(document, resolved.items, values, `${where}[]`)];
  if (resolved.properties) {
    return Object.fromEntries(
      Object.entries(resolved.properties).flatMap(([name, property]) => {
        // A name of several forms, such as the records or a connection, is its example.
        if (values[name] !== undefined && !property.oneOf) return [[name, values[name]]];
        const isLeftOut = !resolved.required?.includes(name) && resolve(document, property).example === undefined;
        return isLeftOut ? [] : [[name, fill(document, property, values, `${where}.${name}`)]];
      }),
    );
  }
  if (resolved.enum) return resolved.enum[0];
  throw new Error(`${where}: the schema gives no example; add one, or a value of that name in endpoint.victim.ts`);
}

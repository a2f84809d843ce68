/** The JSON Schemas of the catalogue: flat members of an object, as the service's connectors describe them. */
export interface FormSchema {
  readonly type: 'object';
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, FormProperty>>;
}

export interface FormProperty {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';
  readonly title: string;
  readonly description?: string;
  /** Write-only, drawn as a password. */
  readonly secret?: boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

/** What stands in the fields: text as it was typed, boxes as they are checked. */
export type Draft = Readonly<Record<string, string | boolean>>;

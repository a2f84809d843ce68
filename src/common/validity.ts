import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Class = new () => object;
type Check = (value: unknown, object: object) => boolean;

interface Property {
  readonly name: string;
  /** The value is looked at only when all of these hold, e.g. that it is not left out. */
  readonly conditions: readonly Check[];
  /** Undefined: only class-validator itself can tell. */
  readonly checks: readonly Check[] | undefined;
}

const properties = new WeakMap<Class, ReadonlyMap<string, Property>>();

/**
 * True when the members of an instance pass every decorator of its class. False says nothing: class-validator then looks itself, and words
 * the errors. It finds and groups the decorators anew for each object, which would cost more than all that a report does else; here
 * that is done once a class.
 */
export function isSurelyValid(type: Class, instance: object): boolean {
  let known = properties.get(type);
  if (!known) {
    known = propertiesOf(type);
    properties.set(type, known);
  }
  for (const name in instance) if (!known.has(name)) return false;
  for (const property of known.values()) if (!passes(property, instance)) return false;
  return known.size > 0;
}

function passes({ name, conditions, checks }: Property, instance: object): boolean {
  const value = (instance as Record<string, unknown>)[name];
  if (!conditions.every((holds) => holds(value, instance))) return true;
  return checks?.every((check) => check(value, instance)) ?? false;
}

/** As class-validator's ValidationExecutor goes through them without options for groups. */
function propertiesOf(type: Class): ReadonlyMap<string, Property> {
  const storage = getMetadataStorage();
  const grouped = storage.groupByPropertyName(storage.getTargetValidationMetadatas(type, '', false, false));
  const properties = Object.entries(grouped).map(([name, decorators]) => {
    const conditions: Check[] = [];
    let checks: Check[] | undefined = [];
    for (const decorator of decorators) {
      const { type: kind, constraintCls, constraints, each } = decorator;
      if (kind === ValidationTypes.CONDITIONAL_VALIDATION)
        conditions.push((value, object) => constraints[0](object, value) === true);
      else if (kind === ValidationTypes.CUSTOM_VALIDATION && !each)
        for (const { instance } of storage.getTargetValidatorConstraints(constraintCls))
          checks?.push(
            (value, object) =>
              instance.validate(value, { targetName: type.name, property: name, object, value, constraints }) === true,
          );
      else if (kind !== ValidationTypes.WHITELIST) checks = undefined;
    }
    return [name, { name, conditions, checks }] as const;
  });
  return new Map(properties);
}

import fc from 'fast-check';

/** The part of JSON Schema that the server's OpenAPI document uses. */
export interface JsonSchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

// Beyond these a longer value is only slower.
const LONGEST_STRING = 80;
const LONGEST_ARRAY = 3;
const HOSTILE_TEXTS = [
  '',
  '0',
  '-1',
  '1e9',
  '999999999999',
  'NaN',
  '../../etc/passwd',
  '%00',
  '<img src=x>',
  '{}',
  '[]',
];

/** Texts that no form would send. */
export const HOSTILE_TEXT: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(...HOSTILE_TEXTS, '\u202e', 'o5', 'null', '__proto__', '\ud800'),
);

/** Anything that JSON can say. */
export const HOSTILE: fc.Arbitrary<unknown> = fc.oneof(HOSTILE_TEXT, fc.jsonValue({ maxDepth: 2 }), fc.integer());

/** Values of a schema, one in eight of whose parts is something else. */
export function almost(schema: JsonSchema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: valid(schema) }, { weight: 1, arbitrary: HOSTILE });
}

function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(almost));
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const values = ofType(schema);
  return schema.nullable === true ? fc.option(values) : values;
}

function ofType(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { minimum = -1e6, maximum = 1e6, minLength = 0, maxLength = LONGEST_STRING } = schema;
  switch (schema.type) {
    case 'integer':
      return integer(minimum, maximum);
    case 'number':
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(almost(schema.items ?? {}), { maxLength: LONGEST_ARRAY });
    case 'object':
      return record(schema);
    case 'string':
      if (schema.pattern !== undefined) return fc.stringMatching(new RegExp(schema.pattern));
      return fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, LONGEST_STRING) });
    default:
      return HOSTILE;
  }
}

/** Small ids exist, large ones do not. */
function integer(min: number, max: number): fc.Arbitrary<number> {
  const small = fc.integer({ min, max: Math.min(max, min + 20) });
  return fc.oneof({ weight: 7, arbitrary: small }, { weight: 1, arbitrary: fc.maxSafeInteger() });
}

/** Required fields are nearly always there, others now and then, and rarely one that nobody knows. */
function record({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).map(
    ([name, schema]) => [name, sometimes(almost(schema), required.includes(name) ? 20 : 0.5)] as const,
  );
  return fc.record({ ...Object.fromEntries(fields), extra: sometimes(HOSTILE, 0.1) });
}

/** @param odds how much more often it is there than not */
function sometimes<T>(values: fc.Arbitrary<T>, odds: number): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: Math.round(odds * 10), arbitrary: values },
    { weight: 10, arbitrary: fc.constant(undefined) },
  );
}

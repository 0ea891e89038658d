/**
 * Ends a `switch` over a union: a new member without a branch does not compile.
 * @throws Error always: a value outside of the union arrived here
 */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

import type { z } from 'zod';

/** What a schema lets through, which nobody may change. */
export type Output<Schema extends z.ZodType> = DeepReadonly<z.output<Schema>>;

/** What a caller writes: a member that has a default may be left out. */
export type Input<Schema extends z.ZodType> = DeepReadonly<z.input<Schema>>;

export type DeepReadonly<T> = { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

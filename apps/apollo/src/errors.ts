/**
 * What stops the program or one command of it:
 * `USAGE` a wrong flag (exit 2) · `MODEL_MISSING`, `MODEL_BROKEN` the model folder · `ADDRESS` a port or socket that
 * cannot be had · `TLS` certificate or key unusable · `PULL_FAILED` a download that did not succeed.
 */
export type ApolloErrorCode = 'USAGE' | 'MODEL_MISSING' | 'MODEL_BROKEN' | 'ADDRESS' | 'TLS' | 'PULL_FAILED';

/** An error that is told to a person in one line: what, which file or address, and what to do. */
export class ApolloError extends Error {
  override readonly name = 'ApolloError';
  readonly code: ApolloErrorCode;

  constructor(code: ApolloErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  get exitCode(): 1 | 2 {
    return this.code === 'USAGE' ? 2 : 1;
  }
}

/** The message of anything thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').trim();
}

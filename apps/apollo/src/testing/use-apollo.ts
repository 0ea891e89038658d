import { afterAll, beforeAll } from 'vitest';
import { createTestClient, type TestClient } from './apollo-client.js';
import { type ApolloProcess, type StartOptions, startApolloProcess } from './apollo-process.js';

/**
 * One encoder and one client for all tests of a file or of a `describe`.
 * @returns what they are, once the tests run: not to be taken apart before
 */
export function useApollo(options: StartOptions = {}): { readonly apollo: ApolloProcess; readonly client: TestClient } {
  let apollo: ApolloProcess | undefined;
  let client: TestClient | undefined;
  beforeAll(async () => {
    apollo = await startApolloProcess(options);
    client = createTestClient(apollo.address);
  });
  afterAll(async () => {
    client?.[Symbol.dispose]();
    await apollo?.[Symbol.asyncDispose]();
  });
  const present = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('asked for before the tests run');
    return value;
  };
  return {
    get apollo() {
      return present(apollo);
    },
    get client() {
      return present(client);
    },
  };
}

export { type BadPeer, type FreezableProxy, startBadPeer, startFreezableProxy } from './bad-peers.js';
export { chaosScript, seededRandom } from './chaos.js';
export { embedText, toF32le } from './embed.js';
export { startMockApollo } from './start-mock-apollo.js';
export type {
  Garbage,
  MockApollo,
  MockApolloOptions,
  MockCounters,
  MockItem,
  MockReply,
  MockStreamFault,
  SeenItem,
} from './types.js';

export { type BadPeer, type FreezableProxy, startBadPeer, startFreezableProxy } from './bad-peers.js';
export { chaosScript, seededRandom } from './chaos.js';
export { embedText, toF32le } from './embed.js';
export { type Http2Connection, type Http2Peer, type Http2PeerOptions, startHttp2Peer } from './http2-peer.js';
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

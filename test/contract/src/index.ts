export { describeApollo, type RunningApollo } from './describe-apollo.js';
export {
  hasPython,
  type PythonReport,
  type PythonResult,
  runPythonClient,
  startApolloProcess,
  startPythonApollo,
} from './peers.js';
export { openRawPeer, type RawPeer, type RawStream, type RawStreamReport } from './raw-peer.js';

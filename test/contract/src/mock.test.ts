import { startMockApollo } from '@clip-watch/apollo-mock';
import { describeApollo } from './index.js';

describeApollo('the mock', () => startMockApollo({ heartbeatMs: 500 }));
describeApollo('the mock, slow and out of order', () =>
  startMockApollo({ onItem: ({ serial }) => ({ kind: 'embed', delayMs: (serial * 7) % 20 }) }),
);

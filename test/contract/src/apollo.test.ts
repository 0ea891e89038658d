import { describeApollo, startApolloProcess } from './index.js';

describeApollo('apps/apollo', startApolloProcess);

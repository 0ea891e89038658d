import type { ClipClient } from '@clip-watch/clip-client';
import { type ServiceKey, serviceKey } from '@clip-watch/plugin-api';
import type { ClipBacklog } from './clip-backlog.js';
import type { DecodeHost } from './picture-types.js';

/**
 * What the host opens once and hands down. The plugin closes none of them: whoever opens closes.
 */
export const services: {
  readonly backlog: ServiceKey<ClipBacklog>;
  readonly decodeHost: ServiceKey<DecodeHost>;
  readonly clipClient: ServiceKey<ClipClient>;
} = {
  backlog: serviceKey<ClipBacklog>('backlog'),
  decodeHost: serviceKey<DecodeHost>('decodeHost'),
  clipClient: serviceKey<ClipClient>('clipClient'),
};

import type { ClipClient } from '@clip-watch/clip-client';
import type { Database } from '@clip-watch/db';
import { type ServiceKey, serviceKey } from '@clip-watch/plugin-api';
import type { DecodeHost } from './picture-types.js';

/**
 * What the host opens once and hands down. The plugin closes none of them: whoever opens closes.
 */
export const services: {
  readonly database: ServiceKey<Database>;
  readonly decodeHost: ServiceKey<DecodeHost>;
  readonly clipClient: ServiceKey<ClipClient>;
} = {
  database: serviceKey<Database>('database'),
  decodeHost: serviceKey<DecodeHost>('decodeHost'),
  clipClient: serviceKey<ClipClient>('clipClient'),
};

import { CLIP_SERVICE } from '@clip-watch/proto';
import { fromJSON, type MethodDefinition } from '@grpc/proto-loader';

/** `not_offered`: the server has no health service, or does not know ours. That is no fault. */
export type HealthAnswer = 'serving' | 'not_serving' | 'not_offered';

interface CheckRequest {
  readonly service: string;
}

interface CheckResponse {
  readonly status: string | number;
}

type CheckMethod = MethodDefinition<CheckRequest, CheckRequest, CheckResponse, CheckResponse>;

// grpc.health.v1 as far as Check needs it.
const HEALTH_PROTO = {
  nested: {
    grpc: {
      nested: {
        health: {
          nested: {
            v1: {
              nested: {
                HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
                HealthCheckResponse: {
                  fields: { status: { type: 'ServingStatus', id: 1 } },
                  nested: {
                    ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } },
                  },
                },
                Health: {
                  methods: { Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' } },
                },
              },
            },
          },
        },
      },
    },
  },
};

let method: CheckMethod | undefined;

function checkMethod(): CheckMethod {
  if (!method) {
    const definition = fromJSON(HEALTH_PROTO as unknown as Parameters<typeof fromJSON>[0], {
      enums: String,
      defaults: true,
    });
    const service = definition['grpc.health.v1.Health'] as unknown as { Check: CheckMethod };
    method = service.Check;
  }
  return method;
}

/**
 * Asks `grpc.health.v1.Health` about the encoding service.
 * @param call sends one unary request; a rejection with `status` UNIMPLEMENTED or NOT_FOUND means "not offered"
 */
export async function checkHealth(
  call: (method: CheckMethod, request: CheckRequest) => Promise<CheckResponse>,
): Promise<HealthAnswer> {
  try {
    const { status } = await call(checkMethod(), { service: CLIP_SERVICE });
    return status === 'NOT_SERVING' ? 'not_serving' : status === 'SERVING' ? 'serving' : 'not_offered';
  } catch (error) {
    const status = (error as { status?: unknown }).status;
    if (status === 'UNIMPLEMENTED' || status === 'NOT_FOUND') return 'not_offered';
    throw error;
  }
}

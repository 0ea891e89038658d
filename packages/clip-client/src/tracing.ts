import {
  context,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Verdict } from './stream/encode-outcome.js';

// A proxy: an SDK that is registered later is found all the same.
const tracer = trace.getTracer('@clip-watch/clip-client');

/**
 * The W3C headers of the active trace. They are written here, so that a host which only sets a span context is enough;
 * a registered propagator may replace them and add its own.
 */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  const active = trace.getSpanContext(context.active());
  if (active && isSpanContextValid(active)) {
    const flags = active.traceFlags.toString(16).padStart(2, '0');
    headers.traceparent = `00-${active.traceId}-${active.spanId}-${flags}`;
    const state = active.traceState?.serialize();
    if (state) headers.tracestate = state;
  }
  propagation.inject(context.active(), headers);
  return headers;
}

/** One image, from the dispatcher to its outcome. Free when no SDK is registered. Carries no name of a photo. */
export function startImageSpan(payloadBytes: number): Span {
  return tracer.startSpan('clip.encode_image', {
    kind: SpanKind.CLIENT,
    attributes: {
      'rpc.system': 'grpc',
      'rpc.service': 'apollo.clip.v1.ClipEncodingService',
      'clip.bytes': payloadBytes,
    },
  });
}

export function endImageSpan(span: Span, verdict: Verdict): void {
  span.setAttribute('clip.outcome', verdict.kind);
  if (verdict.kind === 'encoded') span.setAttribute('clip.server_ms', verdict.durationMs);
  else span.setStatus({ code: SpanStatusCode.ERROR, message: verdict.reason });
  span.end();
}

/** Runs a text query in a span of its own, active while its call is made. */
export function inTextSpan<T>(count: number, run: () => Promise<T>): Promise<T> {
  const options = { kind: SpanKind.CLIENT, attributes: { 'rpc.system': 'grpc', 'clip.texts': count } };
  return tracer.startActiveSpan('clip.encode_texts', options, async (span) => {
    try {
      return await run();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

// How full the window is while there is a backlog and pictures are ready: an encoder that takes 5 to 20 ms an item.
// full: the share of moments with as many items unanswered as the window allows, as the client sees it.
// occupancy: the same from the other end, items/s × mean service time ÷ window; what is missing to 1 is the way there
// and back, and timers that fire late. Run: node dist/wire-window.js [items]
import { createClipClient } from '@clip-watch/clip-client';
import { countEncoded, wireImages } from './wire-images.js';
import { MEAN_SERVICE_MS, startWireServer } from './wire-server.js';

const items = Number(process.argv[2] ?? 4_000);
const SAMPLE_EVERY_MS = 2;

async function measure(window: number): Promise<void> {
  await using server = await startWireServer({ receiveWindow: 'wide', takesTime: true });
  await using client = createClipClient({ addresses: [server.address], concurrency: window });
  await countEncoded(client.encodeImages(wireImages(200)));
  let samples = 0;
  let full = 0;
  let taken = 0;
  // Only while the source has more: the end of a backlog empties the window by itself.
  const sample = (): void => {
    if (taken === 0 || taken >= items) return;
    samples++;
    if (client.health().encoders[0]?.inFlight === window) full++;
  };
  const timer = setInterval(sample, SAMPLE_EVERY_MS);
  const backlog = function* (): ReturnType<typeof wireImages> {
    for (const image of wireImages(items)) {
      taken++;
      yield image;
    }
  };
  const start = performance.now();
  await countEncoded(client.encodeImages(backlog()));
  const perSecond = (items * 1000) / (performance.now() - start);
  clearInterval(timer);
  const occupancy = (perSecond * MEAN_SERVICE_MS) / 1000 / window;
  const rounded = { full: (full / samples).toFixed(3), occupancy: occupancy.toFixed(3) };
  console.log(JSON.stringify({ window, samples, ...rounded, perSecond: Math.round(perSecond), wanted: 0.95 }));
}

for (const window of [4, 16]) await measure(window);

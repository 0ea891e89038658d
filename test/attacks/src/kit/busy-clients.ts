import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../random.js';
import type { Api } from './api.js';

export interface BusyClients {
  /** Once the server refuses them. @returns how many answers they got */
  ended(): Promise<number>;
}

const AT_ONCE = 4;

/**
 * People who search, look and upload until the server is gone.
 * @param pauseMs between two requests of one of them
 */
export function keepBusy(api: Api, random: Random, pauseMs = 0): BusyClients {
  let answers = 0;
  const visitor = async (): Promise<void> => {
    for (let isThere = true; isThere; ) {
      isThere = await visit(api, random);
      if (isThere) answers += 1;
      await sleep(pauseMs);
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, visitor));
  return { ended: async () => all.then(() => answers) };
}

/** One request of a kind. @returns false once nobody answers */
async function visit(api: Api, random: Random): Promise<boolean> {
  try {
    const answer = await request(api, random);
    await answer.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

async function request(api: Api, random: Random): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  const search = (body: object): Promise<Response> =>
    api.request('/api/search', { method: 'POST', headers, body: JSON.stringify(body) });
  const { items } = await api.json<{ items: readonly { id: number }[] }>('/api/images?limit=50');
  const id = items.length === 0 ? 1 : random.pick(items).id;
  switch (random.below(6)) {
    case 0:
      return search({ text: `words ${random.next()}` });
    case 1:
      return search({ imageId: id, crop: { x: 0.1, y: 0.1, width: 0.5, height: 0.5 } });
    case 2:
      return api.request(`/api/images/${id}/thumbnail`);
    case 3:
      return api.request(`/api/images/${id}/original`);
    case 4:
      return api.request('/api/search/image', { method: 'POST', body: await upload(api, id) });
    default:
      return api.request('/api/clip/status');
  }
}

async function upload(api: Api, id: number): Promise<FormData> {
  const original = await (await api.request(`/api/images/${id}/original`)).arrayBuffer();
  const form = new FormData();
  form.append('image', new Blob([original], { type: 'image/jpeg' }), 'image.jpg');
  return form;
}

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_MODEL } from '../cli-options.js';

export type ModelChoice =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'pulled'; readonly folder: string; readonly name: string }
  /** Nothing else is there. `wanted` is the model that `pull` would fetch. */
  | { readonly kind: 'palette'; readonly folder: string; readonly wanted: string };

/** The starter model, from src/ and dist/ alike. */
export const PALETTE_DIR: string = fileURLToPath(new URL('../../models/palette', import.meta.url));

/** Where a pulled model lies; its name is `OWNER/NAME`, checked with the other settings. */
export function pulledFolder(dataDir: string, model: string): string {
  return join(dataDir, 'models', model);
}

/** A named folder, else the pulled model, else the built-in one. A named folder is never passed over. */
export async function chooseModel(options: {
  readonly modelDir?: string;
  readonly model?: string;
  readonly dataDir?: string;
}): Promise<ModelChoice> {
  if (options.modelDir !== undefined) return { kind: 'folder', folder: options.modelDir };
  const wanted = options.model ?? DEFAULT_MODEL;
  if (options.dataDir !== undefined && wanted !== 'palette') {
    const folder = pulledFolder(options.dataDir, wanted);
    if (await exists(join(folder, 'config.json'))) return { kind: 'pulled', folder, name: wanted };
  }
  return { kind: 'palette', folder: PALETTE_DIR, wanted };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

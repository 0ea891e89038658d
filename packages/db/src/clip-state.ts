import type { ClipModelState } from './database-types.js';
import type { Sql } from './dialect.js';
import { READ_CLIP_STATE } from './sql/read-clip-state.js';

/** Inside a turn of the lane. */
export async function readClipState(sql: Sql): Promise<ClipModelState> {
  const [row] = await sql.all(READ_CLIP_STATE, {});
  return {
    activeModelVersion: row?.active_model_version ?? null,
    activeModelName: row?.active_model_name ?? null,
    activeDimension: row?.active_dimension ?? null,
    wantedModelVersion: row?.wanted_model_version ?? null,
    modelName: row?.model_name ?? null,
    dimension: row?.dimension ?? null,
    retiringModelVersion: row?.retiring_model_version ?? null,
    retiringModelName: row?.retiring_model_name ?? null,
    ledgerModelVersion: row?.ledger_model_version ?? null,
    modelSetting: row?.model_setting ?? null,
  };
}

/** The two versions that outcomes go by; while they differ, rows of the active one keep their vector. */
export interface ModelPair {
  readonly active: string;
  readonly wanted: string;
}

/** Null before the first model. */
export function pairOf({ activeModelVersion, wantedModelVersion }: ClipModelState): ModelPair | null {
  if (activeModelVersion === null || wantedModelVersion === null) return null;
  return { active: activeModelVersion, wanted: wantedModelVersion };
}

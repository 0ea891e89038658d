import { statement } from '../statement.js';
import { FREE } from './standing.js';

/** The first encoder met decides; compare-and-set, so that two programs cannot pin two models. */
export const PIN_MODEL = statement({
  name: 'pin-model',
  params: ['version', 'name', 'dimension'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET
  wanted_model_version = :version, model_name = :name, dimension = :dimension, ledger_model_version = :version,
  active_model_version = :version, active_model_name = :name, active_dimension = :dimension
WHERE id = 1 AND wanted_model_version IS NULL`,
  },
});

/** Photos are encoded in another model from now on, if the one that was wanted still is; the search stays. */
export const SWITCH_MODEL = statement({
  name: 'switch-model',
  params: ['from', 'version', 'name', 'dimension'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET wanted_model_version = :version, model_name = :name, dimension = :dimension
WHERE id = 1 AND wanted_model_version = :from`,
  },
});

/** Back to the model that is searched, while another is wanted. */
export const ROLL_BACK_MODEL = statement({
  name: 'roll-back-model',
  params: [],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET
  wanted_model_version = active_model_version, model_name = active_model_name, dimension = active_dimension
WHERE id = 1 AND wanted_model_version <> active_model_version`,
  },
});

/**
 * The search goes over to the wanted model. Not while rows of the change before are still to be carried over: there is
 * one place for what waits.
 */
export const CHANGE_OVER = statement({
  name: 'change-over',
  params: [],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET
  retiring_model_version = active_model_version, retiring_model_name = active_model_name,
  active_model_version = wanted_model_version, active_model_name = model_name, active_dimension = dimension
WHERE id = 1 AND active_model_version <> wanted_model_version AND ledger_model_version = wanted_model_version
  AND retiring_model_version IS NULL`,
  },
});

/** The same at once, for a model whose vectors are dropped. */
export const REPLACE_MODEL = statement({
  name: 'replace-model',
  params: ['from', 'version', 'name', 'dimension'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET
  wanted_model_version = :version, model_name = :name, dimension = :dimension,
  retiring_model_version = active_model_version, retiring_model_name = active_model_name,
  active_model_version = :version, active_model_name = :name, active_dimension = :dimension
WHERE id = 1 AND wanted_model_version = :from AND active_model_version = :from`,
  },
});

/** No row of the model before is left to carry over. */
export const RETIRE_MODEL = statement({
  name: 'retire-model',
  params: ['version'],
  sqlite: {
    uses: ['rowid'],
    sql: `
UPDATE clip_state SET retiring_model_version = NULL, retiring_model_name = NULL
WHERE id = 1 AND retiring_model_version = :version`,
  },
});

/** The ledger holds nothing of another model any more. */
export const SETTLE_LEDGER = statement({
  name: 'settle-ledger',
  params: ['version'],
  sqlite: {
    uses: ['rowid'],
    sql: 'UPDATE clip_state SET ledger_model_version = :version WHERE id = 1 AND wanted_model_version = :version',
  },
});

export const KEEP_MODEL_SETTING = statement({
  name: 'keep-model-setting',
  params: ['setting'],
  sqlite: {
    uses: ['rowid'],
    sql: 'UPDATE clip_state SET model_setting = :setting WHERE id = 1 AND model_setting IS NOT :setting',
  },
});

/**
 * With another wanted model every claim ends: a token that holds is of the model that is wanted. The index holds claimed
 * rows only, a few thousand at most.
 */
export const END_CLAIMS = statement({
  name: 'end-claims',
  params: [],
  sqlite: {
    uses: ['image_exif_lease', 'rowid'],
    sql: `
UPDATE image_exif SET ${FREE}
WHERE id IN (SELECT id FROM image_exif INDEXED BY image_exif_lease WHERE clip_claim_token IS NOT NULL)`,
  },
});

import { type Statement, statement } from '../statement.js';

/** The first encoder met decides; compare-and-set, so that two programs cannot pin two models. */
export const PIN_MODEL: Statement<'version' | 'name' | 'dimension'> = statement({
  name: 'pin-model',
  params: ['version', 'name', 'dimension'],
  uses: ['rowid'],
  sql: `
UPDATE clip_state SET
  wanted_model_version = :version, active_model_version = coalesce(active_model_version, :version),
  model_name = :name, dimension = :dimension
WHERE id = 1 AND wanted_model_version IS NULL`,
});

/** Another model takes over, if the one that was in force still is. The active one stays until its rows are forgotten. */
export const REPLACE_MODEL: Statement<'from' | 'version' | 'name' | 'dimension'> = statement({
  name: 'replace-model',
  params: ['from', 'version', 'name', 'dimension'],
  uses: ['rowid'],
  sql: `
UPDATE clip_state SET
  wanted_model_version = :version, model_name = :name, dimension = :dimension
WHERE id = 1 AND wanted_model_version = :from`,
});

/** No row of the model before is left. */
export const RETIRE_MODEL: Statement<'version'> = statement({
  name: 'retire-model',
  params: ['version'],
  uses: ['rowid'],
  sql: 'UPDATE clip_state SET active_model_version = wanted_model_version WHERE id = 1 AND wanted_model_version = :version',
});

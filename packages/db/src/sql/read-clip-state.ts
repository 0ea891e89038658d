import { statement } from '../statement.js';

/** One row. Read in the transaction that stores outcomes, so that a change of models cannot fall between. */
export const READ_CLIP_STATE = statement({
  name: 'read-clip-state',
  params: [],
  row: {
    active_model_version: 'text?',
    active_model_name: 'text?',
    active_dimension: 'number?',
    wanted_model_version: 'text?',
    model_name: 'text?',
    dimension: 'number?',
    retiring_model_version: 'text?',
    retiring_model_name: 'text?',
    ledger_model_version: 'text?',
    model_setting: 'text?',
  },
  sqlite: {
    uses: ['rowid'],
    sql: `
SELECT active_model_version, active_model_name, active_dimension, wanted_model_version, model_name, dimension,
  retiring_model_version, retiring_model_name, ledger_model_version, model_setting
FROM clip_state WHERE id = 1`,
  },
});

/**
 * Rows that a search may find by model, and how many of all encoded rows have no outcome in the wanted one. Kept by
 * triggers; a few rows a library.
 */
export const READ_MODEL_COUNTERS = statement({
  name: 'read-model-counters',
  params: [],
  row: { library_id: 'number', active: 'number', wanted: 'number' },
  sqlite: {
    uses: [],
    sql: `
SELECT library_id, sum(iif(model_version = active_model_version, count, 0)) AS active,
  sum(iif(model_version = wanted_model_version, count, 0)) AS wanted
FROM clip_model_counter CROSS JOIN clip_state GROUP BY library_id`,
  },
});

import { type Statement, statement } from '../statement.js';

/** One row. Read in the transaction that stores embeddings, so that a switch of models cannot fall between. */
export const READ_CLIP_STATE: Statement<never> = statement({
  name: 'read-clip-state',
  params: [],
  uses: ['rowid'],
  sql: 'SELECT active_model_version, wanted_model_version, model_name, dimension FROM clip_state WHERE id = 1',
});

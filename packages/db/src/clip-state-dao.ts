import type { DaoContext } from './dao-context.js';
import type { ClipModelState, ClipStateDao, PinnedModel } from './database-types.js';
import { DatabaseError } from './errors.js';
import { PIN_MODEL, REPLACE_MODEL, RETIRE_MODEL } from './sql/pin-model.js';
import { READ_CLIP_STATE } from './sql/read-clip-state.js';
import type { Sql } from './sqlite-connection.js';

interface StateRow {
  readonly [column: string]: unknown;
  readonly active_model_version: string | null;
  readonly wanted_model_version: string | null;
  readonly model_name: string | null;
  readonly dimension: number | null;
}

function toState(row: StateRow | undefined): ClipModelState {
  const wanted = row?.wanted_model_version ?? null;
  const before = row?.active_model_version ?? null;
  return {
    activeModelVersion: wanted, // one that gave way has no place in a search
    wantedModelVersion: wanted,
    retiringModelVersion: before === wanted ? null : before,
    dimension: row?.dimension ?? null,
    modelName: row?.model_name ?? null,
  };
}

/** @throws DatabaseError MODEL_MISMATCH */
async function readInForce(sql: Sql, { version, dimension }: PinnedModel): Promise<ClipModelState> {
  const [row] = await sql.all<StateRow, never>(READ_CLIP_STATE, {});
  const state = toState(row);
  if (state.wantedModelVersion === version && state.dimension === dimension) return state;
  throw new DatabaseError(
    'MODEL_MISMATCH',
    `the encoder serves ${version} (${dimension} numbers), the photos of this data folder are in ` +
      `${state.modelName} ${state.wantedModelVersion} (${state.dimension}); one data folder keeps one real model for now: ` +
      'start that encoder again, or give the other model a CLIP_WATCH_DATA_DIR of its own',
  );
}

export function createClipStateDao({ lane }: DaoContext): ClipStateDao {
  return {
    async read() {
      const [row] = await lane.read((sql) => sql.all<StateRow, never>(READ_CLIP_STATE, {}));
      return toState(row);
    },
    pin: ({ version, name, dimension }) =>
      lane.write(async (sql) => {
        await sql.run(PIN_MODEL, { version, name, dimension });
        return readInForce(sql, { version, name, dimension });
      }),
    replace: (from, { version, name, dimension }) =>
      lane.write(async (sql) => {
        await sql.run(REPLACE_MODEL, { from, version, name, dimension });
        return readInForce(sql, { version, name, dimension });
      }),
    async retire(version) {
      await lane.write((sql) => sql.run(RETIRE_MODEL, { version }));
    },
  };
}

import { pairOf, readClipState } from './clip-state.js';
import type { DaoContext } from './dao-context.js';
import type { ClipModelState, ClipStateDao, PinnedModel } from './database-types.js';
import type { Sql } from './dialect.js';
import { DatabaseError } from './errors.js';
import {
  CHANGE_OVER,
  END_CLAIMS,
  KEEP_MODEL_SETTING,
  PIN_MODEL,
  REPLACE_MODEL,
  RETIRE_MODEL,
  ROLL_BACK_MODEL,
  SETTLE_LEDGER,
  SWITCH_MODEL,
} from './sql/model-state.js';
import { OUTDATED_LEFT } from './sql/reencode.js';

/** @throws DatabaseError MODEL_MISMATCH */
async function readInForce(sql: Sql, { version, dimension }: PinnedModel): Promise<ClipModelState> {
  const state = await readClipState(sql);
  if (state.wantedModelVersion === version && state.dimension === dimension) return state;
  throw new DatabaseError(
    'MODEL_MISMATCH',
    `the encoder serves ${version} (${dimension} numbers), the photos are in ` +
      `${state.modelName} ${state.wantedModelVersion} (${state.dimension}): clip-watch model switch changes them`,
  );
}

async function isUpToDate(sql: Sql): Promise<boolean> {
  const state = await readClipState(sql);
  const pair = pairOf(state);
  if (pair === null) return false;
  const [row] = await sql.all(OUTDATED_LEFT, { wanted: pair.wanted });
  return (row?.outdated ?? 0) <= 0;
}

export function createClipStateDao({ lane }: DaoContext): ClipStateDao {
  /** From here on no outcome of the model before counts. */
  function put(statement: typeof SWITCH_MODEL, from: string, model: PinnedModel) {
    const { version, name, dimension } = model;
    return lane.write(async (sql) => {
      if ((await sql.run(statement, { from, version, name, dimension })) > 0) await sql.run(END_CLAIMS, {});
      return readInForce(sql, model);
    });
  }

  return {
    read: () => lane.read(readClipState),
    pin: (model) =>
      lane.write(async (sql) => {
        const { version, name, dimension } = model;
        await sql.run(PIN_MODEL, { version, name, dimension });
        return readInForce(sql, model);
      }),
    replace: (from, model) => put(REPLACE_MODEL, from, model),
    switchTo: (from, model) => put(SWITCH_MODEL, from, model),
    rollBack: () =>
      lane.write(async (sql) => {
        if ((await sql.run(ROLL_BACK_MODEL, {})) === 0) return false;
        await sql.run(END_CLAIMS, {});
        return true;
      }),
    changeOver: ({ force = false } = {}) =>
      lane.write(async (sql) => (force || (await isUpToDate(sql))) && (await sql.run(CHANGE_OVER, {})) > 0),
    async retire(version) {
      await lane.write((sql) => sql.run(RETIRE_MODEL, { version }));
    },
    async settleLedger(version) {
      await lane.write((sql) => sql.run(SETTLE_LEDGER, { version }));
    },
    async keepSetting(setting) {
      await lane.write((sql) => sql.run(KEEP_MODEL_SETTING, { setting }));
    },
  };
}

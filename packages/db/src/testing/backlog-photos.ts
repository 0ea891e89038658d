import { CONTENTS, MODELS, PATHS, type Step } from './backlog-steps.js';
import { DAY_MS, hasVectorIn, hold, isVerdict, keptKey, readRows, rowAt, type World } from './backlog-world.js';
import { hashOf, photo } from './rows.js';

export async function scan(world: World, step: Extract<Step, { kind: 'scan' }>): Promise<void> {
  const { images, libraryId, tokens } = world;
  const content = CONTENTS[step.content] ?? 'red';
  const before = await rowAt(world, step.path);
  const facts = photo(PATHS[step.path] ?? 'a.jpg', {
    content,
    modifiedAtMs: 1_600_000_000_000 + step.path,
    skipReason: step.skipped && step.path === 0 ? 'excluded' : null,
  });
  await images.upsertPhotos(libraryId, [facts]);
  const after = await rowAt(world, step.path);
  hold(after?.missingSince === null && after.contentHash === hashOf(content), 'the row is not what the scan saw');
  if (before !== null && before.contentHash !== after.contentHash) {
    hold(
      after.clip.attempts === 0 && after.clip.crashes === 0 && after.clip.claimedUntil === null,
      'new bytes, old ledger',
    );
    hold(after.clip.nextModelVersion === null, 'new bytes, and what waits is of the old ones');
    tokens.delete(after.id);
  }
}

export async function lose(world: World, step: Extract<Step, { kind: 'lose' }>): Promise<void> {
  const row = await rowAt(world, step.path);
  if (row === null) return;
  await world.images.markMissing([row.id], world.clock.time);
  const after = await rowAt(world, step.path);
  hold(after?.missingSince === (row.missingSince ?? world.clock.time), `${row.relPath}: missing since`);
}

export async function see(world: World, step: Extract<Step, { kind: 'see' }>): Promise<void> {
  const row = await rowAt(world, step.path);
  if (row !== null) await world.images.markSeen([row.id]);
}

export async function sweep(world: World): Promise<void> {
  const before = world.clock.time - DAY_MS;
  const gone = (await readRows(world)).filter(({ missingSince }) => missingSince !== null && missingSince < before);
  const removed = await world.images.removeMissing(world.libraryId, before);
  hold(removed === gone.length, `${removed} rows removed, ${gone.length} were due`);
  for (const row of gone)
    for (const model of MODELS) if (hasVectorIn(row, model)) world.kept.add(keptKey(row.contentHash, model));
}

export async function exclude(world: World, step: Extract<Step, { kind: 'exclude' }>): Promise<void> {
  const { images } = world;
  const before = await rowAt(world, step.path);
  if (before === null) return;
  await images.setSkipped([{ id: before.id, skipReason: step.excluded ? 'excluded' : null }]);
  const after = await rowAt(world, step.path);
  hold(after?.clip.modelVersion === before.clip.modelVersion, `${before.relPath}: hiding touched the vector`);
  if (step.excluded) hold(after?.clip.status === 'skipped', `${before.relPath} was not hidden`);
  else hold(after?.clip.status !== 'skipped', `${before.relPath} is still hidden`);
}

export async function requeue(world: World, step: Extract<Step, { kind: 'requeue' }>): Promise<void> {
  const { images, libraryId, condemned } = world;
  const row = step.path === null ? null : await rowAt(world, step.path);
  if (step.path !== null && row === null) return;
  await images.requeue(row === null ? { libraryId } : { ids: [row.id] });
  const rows = await readRows(world);
  const asked = rows.filter((each) =>
    row === null ? each.missingSince === null : each.contentHash === row.contentHash,
  );
  for (const each of asked)
    hold(!isVerdict(each) || each.clip.claimedUntil !== null, `${each.relPath} is still failed`);
  const left = new Set(rows.filter(isVerdict).map(({ contentHash }) => contentHash));
  for (const each of asked) if (!left.has(each.contentHash)) condemned.delete(each.contentHash);
}

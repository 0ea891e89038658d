import { cameraName } from '../camera-name.js';
import { decodeCursor, encodeCursor } from '../cursor.js';
import { chunks, type DaoContext } from '../dao-context.js';
import type { Sql } from '../dialect.js';
import { listLibraryIds } from '../library-dao.js';
import { PAGE_IMAGE_CAMERAS, PAGE_IMAGE_IDS } from '../sql/list-images.js';
import { AFTER_ALL_REASONS } from '../sql/reasons.js';
import { PAGE_PROBLEMS } from '../sql/requeue.js';
import type { RowOf } from '../statement.js';
import type { ImagePageRequest, ReadingDao } from './image-reading-types.js';
import { type StoredImage, toImageRow } from './image-rows.js';
import type { ImageRow, Page } from './image-types.js';

type ListDao = Pick<ReadingDao, 'findImage' | 'findImageByPath' | 'findImages' | 'pageImages' | 'pageFailures'>;

/** The camera is read only where a list is narrowed to one. */
type PlacedId = RowOf<typeof PAGE_IMAGE_IDS> & Partial<RowOf<typeof PAGE_IMAGE_CAMERAS>>;

/** Where a page begins: after this place, in the order of the list. */
interface Place {
  readonly sortTime: number;
  readonly id: number;
}

const LARGEST_PAGE = 1000;
/** Prisma cuts a longer list itself, and puts the pieces into a transaction of its own. */
const FOUND_AT_ONCE = 500;
/** A camera has no index in the list's order: its page walks so many rows at a time, and at most so many in all. */
const CAMERA_STEP = 1000;
const LONGEST_WALK = 20_000;
const WITHOUT_VECTOR = { omit: { clipEmbedding: true } } as const;

function checkLimit(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_PAGE) throw new RangeError(`page of ${limit} rows`);
}

function cameraOf(row: PlacedId): string | null {
  return cameraName(row.camera_make ?? null, row.camera_model ?? null);
}

function toPlace(row: PlacedId | undefined): Place | null {
  return row === undefined ? null : { sortTime: row.sort_time, id: row.id };
}

/** After the cursor, or before everything; never above the newest time that is wanted. */
function startOf({ cursor, takenBefore }: ImagePageRequest): Place {
  const top = { sortTime: takenBefore ?? Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
  if (cursor === undefined) return top;
  const [sortTime = 0, id = 0] = decodeCursor(cursor, ['number', 'number']).map(Number);
  return sortTime > top.sortTime ? top : { sortTime, id };
}

type Finder = Pick<ListDao, 'findImages' | 'findImage' | 'findImageByPath'>;

function createFinder({ lane, prisma }: DaoContext): Finder {
  /** Rows in the order of the ids; what is gone meanwhile is left out. */
  async function findImages(ids: readonly number[]): Promise<readonly ImageRow[]> {
    const rows: StoredImage[] = [];
    for (const part of chunks(ids, FOUND_AT_ONCE)) {
      const where = { id: { in: [...part] } };
      rows.push(...(await lane.read(() => prisma.imageExif.findMany({ where, ...WITHOUT_VECTOR }))));
    }
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []).map(toImageRow);
  }

  async function findOne(where: { readonly id: number } | { readonly libraryId: number; readonly relPath: string }) {
    const row: StoredImage | null = await lane.read(() => prisma.imageExif.findFirst({ where, ...WITHOUT_VECTOR }));
    return row === null ? null : toImageRow(row);
  }

  return {
    findImages,
    findImage: (id) => findOne({ id }),
    findImageByPath: (libraryId, relPath) => findOne({ libraryId, relPath }),
  };
}

export function createListDao(context: DaoContext): ListDao {
  const { lane } = context;
  const finder = createFinder(context);

  async function librariesOf(libraryId: number | undefined): Promise<readonly number[]> {
    return libraryId === undefined ? listLibraryIds(context) : [libraryId];
  }

  /** Every library's page by its own index, merged: a page over all of them needs no index of its own. */
  async function pagePlaces(request: ImagePageRequest, libraryIds: readonly number[], after: Place, limit: number) {
    const { camera, takenAfter = Number.MIN_SAFE_INTEGER } = request;
    const places: PlacedId[] = [];
    for (const libraryId of libraryIds) {
      const page = { libraryId, ...after, takenAfter, limit };
      const read = (sql: Sql): Promise<PlacedId[]> =>
        camera === undefined ? sql.all(PAGE_IMAGE_IDS, page) : sql.all(PAGE_IMAGE_CAMERAS, page);
      places.push(...(await lane.read(read)));
    }
    return places.sort((a, b) => b.sort_time - a.sort_time || b.id - a.id).slice(0, limit);
  }

  async function pageImages(request: ImagePageRequest): Promise<Page<ImageRow>> {
    const { libraryId, camera, limit } = request;
    checkLimit(limit);
    const libraryIds = await librariesOf(libraryId);
    const step = camera === undefined ? limit : CAMERA_STEP;
    const found: number[] = [];
    let place: Place | null = startOf(request);
    for (let walked = 0; place !== null && found.length < limit && walked < LONGEST_WALK; walked += step) {
      const rows = await pagePlaces(request, libraryIds, place, step);
      const fitting = rows.filter((row) => camera === undefined || cameraOf(row) === camera);
      found.push(...fitting.slice(0, limit - found.length).map((row) => row.id));
      const isFull = found.length === limit;
      place = toPlace(isFull ? rows.find((row) => row.id === found.at(-1)) : rows[step - 1]);
    }
    const nextCursor = place === null ? null : encodeCursor([place.sortTime, place.id]);
    return { items: await finder.findImages(found), nextCursor };
  }

  async function pageFailures(request: Parameters<ReadingDao['pageFailures']>[0]): Promise<Page<ImageRow>> {
    const { libraryId, reason, cursor, limit } = request;
    checkLimit(limit);
    const start = cursor === undefined ? [0, '', 0] : decodeCursor(cursor, ['number', 'string', 'number']);
    const [fromLibrary, fromReason, fromId] = [Number(start[0]), String(start[1]), Number(start[2])];
    const found: { readonly id: number; readonly reason: string; readonly library: number }[] = [];
    for (const library of [...(await librariesOf(libraryId))].sort((a, b) => a - b)) {
      if (library < fromLibrary || found.length >= limit) continue;
      const place = library === fromLibrary ? [fromReason, fromId] : [reason ?? '', 0];
      const page = {
        libraryId: library,
        afterReason: place[0] === '' ? (reason ?? '') : String(place[0]),
        afterId: Number(place[1]),
        lastReason: reason ?? AFTER_ALL_REASONS,
        limit: limit - found.length,
      };
      const rows = await lane.read((sql) => sql.all(PAGE_PROBLEMS, page));
      found.push(...rows.map((row) => ({ ...row, library })));
    }
    const last = found.at(-1);
    const nextCursor =
      found.length < limit || last === undefined ? null : encodeCursor([last.library, last.reason, last.id]);
    return { items: await finder.findImages(found.map((row) => row.id)), nextCursor };
  }

  return { ...finder, pageImages, pageFailures };
}

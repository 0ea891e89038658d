import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiImage } from '../../../src/api/index.js';
import { retryFailures } from '../api/endpoints.js';
import { Explanation } from '../failures/explanation.js';
import { fileName, formatBytes, formatExposure, formatTaken } from '../format.js';
import { dayOf, uprightSize } from '../grid/sections.js';
import { useAction } from '../parts/use-action.js';
import { EMPTY_QUERY, formatRoute, type SearchQuery } from '../route.js';
import { texts } from '../texts.js';

const words = texts.viewer;

/** File, camera and place of one photo, and whether search can find it. Everything here is text, never markup. */
export function PhotoPanel({ photo, score }: { readonly photo: ApiImage; readonly score: number | null }): JSX.Element {
  return (
    <div class="panel">
      <h2>
        <bdi>{fileName(photo.relPath)}</bdi>
      </h2>
      <p>
        <a class="quiet-link" href={timelineWith({ before: dayOf(photo) })} title={words.showInTimeline}>
          {takenText(photo)}
        </a>
      </p>
      <dl class="facts">
        {photo.camera !== null && (
          <Fact label={words.camera}>
            <a class="quiet-link" href={timelineWith({ camera: photo.camera })} title={words.showCamera}>
              <bdi>{photo.camera}</bdi>
            </a>
          </Fact>
        )}
        {facts(photo).map(([label, value]) => (
          <Fact key={label} label={label}>
            <bdi>{value}</bdi>
          </Fact>
        ))}
      </dl>
      <SearchState photo={photo} score={score} />
    </div>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function timelineWith(filters: Partial<SearchQuery>): string {
  return formatRoute({ kind: 'photos', query: { ...EMPTY_QUERY, ...filters }, photo: null });
}

function takenText(photo: ApiImage): string {
  if (photo.takenAt !== null) return formatTaken(photo.takenAt, photo.takenAtOffsetMin);
  // A file's time is a moment, a photo's is the clock on its camera.
  return `${words.modified} ${formatTaken(photo.modifiedAt, -new Date(photo.modifiedAt).getTimezoneOffset())}`;
}

function facts(photo: ApiImage): readonly (readonly [string, string])[] {
  const exposure = [
    photo.exposureS !== null ? formatExposure(photo.exposureS) : null,
    photo.aperture !== null ? `ƒ/${photo.aperture}` : null,
    photo.iso !== null ? `ISO ${photo.iso}` : null,
    photo.focalLengthMm !== null ? `${Number(photo.focalLengthMm.toFixed(1))} mm` : null,
  ].filter((part) => part !== null);
  const { width, height } = uprightSize(photo);
  const megapixels = (width * height) / 1e6;
  const pixels = [`${width} × ${height}`, ...(megapixels < 0.1 ? [] : [`${megapixels.toFixed(1)} MP`])];
  const folder = photo.relPath.slice(0, -fileName(photo.relPath).length).replace(/\/$/, '');
  const rows: readonly (readonly [string, string | null])[] = [
    [words.lens, photo.lens],
    [words.exposure, exposure.length > 0 ? exposure.join(' · ') : null],
    [words.size, [...(photo.width === null ? [] : pixels), formatBytes(photo.fileSize)].join(' · ')],
    [words.place, photo.gps && `${photo.gps.latitude.toFixed(5)}, ${photo.gps.longitude.toFixed(5)}`],
    [words.folder, folder === '' ? null : folder],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== null);
}

function SearchState({ photo, score }: { readonly photo: ApiImage; readonly score: number | null }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const action = useAction();
  const [isRetried, setRetried] = useState(false);
  const isFound = photo.clipStatus === 'encoded';
  const retry = async (): Promise<void> => setRetried(await action.run(() => retryFailures({ ids: [photo.id] })));
  const quality = photo.clipQuality === null ? '' : words.quality[photo.clipQuality];
  return (
    <section class="search-state">
      <p>
        <span class={`dot ${isFound ? 'dot-good' : 'dot-bad'}`} aria-hidden="true" />
        {isFound ? words.searchable : words.notSearchable}
        {score !== null && <span class="hint"> · {texts.search.score(score.toFixed(3))}</span>}
      </p>
      {quality !== '' && <p class="hint">{quality}</p>}
      <div class="row">
        <button type="button" class="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {words.why}
        </button>
        {photo.clipStatus === 'failed' && !isRetried && (
          <button type="button" class="button" disabled={action.isBusy} onClick={() => void retry()}>
            {words.retry}
          </button>
        )}
      </div>
      {isRetried && <p role="status">{words.retried}</p>}
      {action.error && <p class="field-error">{action.error}</p>}
      {isOpen && <Explanation id={photo.id} />}
    </section>
  );
}

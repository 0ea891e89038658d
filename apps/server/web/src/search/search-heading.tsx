import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { thumbnailUrl } from '../api/endpoints.js';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { getUpload } from './upload-store.js';

/** What was searched, in words or as a small picture. */
export function SearchHeading({ query, state }: { readonly query: SearchQuery; readonly state: string }): JSX.Element {
  return (
    <div class="search-heading">
      {query.like !== null && (
        <img class="search-sample" src={thumbnailUrl(query.like, 'grid')} style={viewOf(query.crop)} alt="" />
      )}
      {query.upload !== null && <UploadSample id={query.upload} />}
      <div>
        <h1>{title(query)}</h1>
        <p class="hint" role="status">
          {state}
        </p>
      </div>
    </div>
  );
}

/** Only the part that is searched with; a browser that does not know the property shows the whole photo. */
function viewOf(crop: SearchQuery['crop']): string {
  if (crop === null) return '';
  const [x, y, width, height] = crop;
  const sides = [y, 1 - x - width, 1 - y - height, x].map((share) => `${(share * 100).toFixed(2)}%`);
  return `object-view-box: inset(${sides.join(' ')})`;
}

function title(query: SearchQuery): string {
  if (query.upload !== null) return texts.search.resultsUpload;
  if (query.like !== null) return query.crop === null ? texts.search.resultsLike : texts.search.resultsLikePart;
  return texts.search.resultsFor(query.text);
}

/** The chosen picture, drawn on a canvas: an object URL would need a hole in the content security policy. */
function UploadSample({ id }: { readonly id: number }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isDrawn, setDrawn] = useState(false);
  useEffect(() => {
    const file = getUpload(id);
    if (file) void drawSample(canvas.current, file).then(setDrawn);
  }, [id]);
  return <canvas ref={canvas} class="search-sample" width={1} height={1} hidden={!isDrawn} />;
}

/** @returns whether there is something to see */
async function drawSample(canvas: HTMLCanvasElement | null, file: File): Promise<boolean> {
  // A format that the browser cannot read (RAW, HEIC) still can be searched with; it just has no picture here.
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!canvas || !bitmap) return false;
  const scale = 128 / Math.max(bitmap.width, bitmap.height);
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return true;
}

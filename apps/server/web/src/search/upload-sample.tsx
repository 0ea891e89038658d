import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { navigate } from '../use-route.js';
import { CropOverlay } from '../viewer/crop-overlay.js';
import { viewOf } from './view-of.js';

interface UploadSampleProps {
  readonly file: File;
  readonly query: SearchQuery;
}

// Kept free for the buttons below the picture, and a margin around it.
const BAR_HEIGHT = 110;
const MARGIN = 16;

/** The chosen picture, small, and the way to search with a part of it. A format that the browser cannot read (RAW, HEIC) has neither. */
export function UploadSample({ file, query }: UploadSampleProps): JSX.Element | null {
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null);
  const [isCropping, setCropping] = useState(false);
  useEffect(() => readBitmap(file, setBitmap), [file]);
  if (bitmap === null) return null;
  return (
    <>
      <Picture class="search-sample" bitmap={bitmap} side={256} style={viewOf(query.crop)} />
      <button type="button" class="button search-part" onClick={() => setCropping(true)}>
        {texts.viewer.part}
      </button>
      {isCropping && (
        <CropOverlay
          frame={frameFor(bitmap)}
          picture={<Picture class="crop-picture" bitmap={bitmap} side={1920} />}
          onCancel={() => setCropping(false)}
          onSearch={(crop) => {
            setCropping(false);
            navigate({ kind: 'photos', query: { ...query, crop }, photo: null });
          }}
        />
      )}
    </>
  );
}

/** @returns ends it */
function readBitmap(file: File, onRead: (bitmap: ImageBitmap) => void): () => void {
  let isOver = false;
  let read: ImageBitmap | null = null;
  void createImageBitmap(file)
    .catch(() => null)
    .then((bitmap) => {
      read = bitmap;
      if (isOver) bitmap?.close();
      else if (bitmap !== null) onRead(bitmap);
    });
  return () => {
    isOver = true;
    read?.close();
  };
}

interface PictureProps {
  readonly class: string;
  readonly bitmap: ImageBitmap;
  readonly side: number;
  readonly style?: string;
}

/** Drawn on a canvas: an object URL would need a hole in the content security policy. */
function Picture({ bitmap, side, ...rest }: PictureProps): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(length * scale)));
  useEffect(() => {
    if (canvas.current && bitmap.width > 0)
      canvas.current.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.current.width, canvas.current.height);
  }, [bitmap]);
  return <canvas ref={canvas} width={width} height={height} {...rest} />;
}

/** As large as the window allows, in its middle. */
function frameFor({ width, height }: ImageBitmap): DOMRect {
  const [across, down] = [innerWidth - 2 * MARGIN, innerHeight - BAR_HEIGHT - 2 * MARGIN];
  const scale = Math.min(across / width, down / height);
  const [wide, high] = [width * scale, height * scale];
  return new DOMRect(MARGIN + (across - wide) / 2, MARGIN + (down - high) / 2, wide, high);
}

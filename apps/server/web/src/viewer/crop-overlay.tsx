import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { SearchQuery } from '../route.js';
import { texts } from '../texts.js';
import { boxAfterKey, boxBetween, type CropBox } from './crop-box.js';

interface CropOverlayProps {
  /** Where the picture is on screen. */
  readonly frame: DOMRect;
  /** The picture, where it is not on screen already. */
  readonly picture?: ComponentChildren;
  readonly onSearch: (crop: NonNullable<SearchQuery['crop']>) => void;
  readonly onCancel: () => void;
}

const CENTRE: CropBox = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 };

/** A box over the open photo: drawn with the pointer, or moved with the arrow keys and sized with Shift. */
export function CropOverlay({ frame, picture, onSearch, onCancel }: CropOverlayProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const [box, setBox] = useState(CENTRE);
  // The top layer: PhotoSwipe below gets neither pointer nor keys.
  useEffect(() => dialog.current?.showModal(), []);

  const pointAt = (event: PointerEvent): { x: number; y: number } => ({
    x: (event.clientX - frame.left) / frame.width,
    y: (event.clientY - frame.top) / frame.height,
  });
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDialogElement>): void => {
    event.stopPropagation();
    const moved = boxAfterKey(box, event.key, event.shiftKey);
    if (moved === null) return;
    event.preventDefault();
    setBox(moved);
  };
  return (
    <dialog
      ref={dialog}
      class={`crop ${picture === undefined ? '' : 'crop-alone'}`}
      aria-label={texts.viewer.part}
      onKeyDown={onKeyDown}
      onClose={onCancel}
    >
      <div
        class="crop-field"
        style={{
          left: `${frame.left}px`,
          top: `${frame.top}px`,
          width: `${frame.width}px`,
          height: `${frame.height}px`,
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          start.current = pointAt(event);
        }}
        onPointerMove={(event) => {
          if (start.current) setBox(boxBetween(start.current, pointAt(event)));
        }}
        onPointerUp={() => {
          start.current = null;
        }}
      >
        {picture}
        <div
          class="crop-box"
          style={{
            left: `${box.x * 100}%`,
            top: `${box.y * 100}%`,
            width: `${box.width * 100}%`,
            height: `${box.height * 100}%`,
          }}
        />
      </div>
      <div class="crop-bar">
        <p>{texts.viewer.partHint}</p>
        <button type="button" class="button" onClick={onCancel}>
          {texts.common.cancel}
        </button>
        <button
          type="button"
          class="button button-primary"
          onClick={() => onSearch([box.x, box.y, box.width, box.height])}
        >
          {texts.viewer.partGo}
        </button>
      </div>
    </dialog>
  );
}

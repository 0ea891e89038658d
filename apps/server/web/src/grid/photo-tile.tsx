import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { thumbnailUrl } from '../api/endpoints.js';
import { fileName } from '../format.js';
import { Icon } from '../parts/icon.js';
import { texts } from '../texts.js';
import type { GridBox } from './grid-layout.js';

interface PhotoTileProps {
  readonly box: GridBox;
  readonly href: string;
  /** A word in the corner, seen on hover and focus. */
  readonly badge: string | null;
  readonly isTabStop: boolean;
}

/** One photo of the grid: a link of its final size from the start, so nothing moves when the picture comes. */
export function PhotoTile({ box, href, badge, isTabStop }: PhotoTileProps): JSX.Element {
  const [look, setLook] = useState<'waiting' | 'shown' | 'broken'>('waiting');
  const { photo } = box;
  const name = fileName(photo.relPath);
  return (
    <a
      class={`tile tile-${look}`}
      href={href}
      data-photo={photo.id}
      tabIndex={isTabStop ? 0 : -1}
      aria-label={texts.grid.photo(name)}
      style={{ left: `${box.left}px`, top: `${box.top}px`, width: `${box.width}px`, height: `${box.height}px` }}
    >
      {look === 'broken' ? (
        <span class="tile-broken">
          <Icon name="image-off" />
          <bdi class="tile-name">{name}</bdi>
        </span>
      ) : (
        <img
          src={thumbnailUrl(photo.id, 'grid')}
          alt=""
          width={box.width}
          height={box.height}
          decoding="async"
          draggable={false}
          onLoad={() => setLook('shown')}
          onError={() => setLook('broken')}
        />
      )}
      {badge !== null && <span class="tile-badge">{badge}</span>}
    </a>
  );
}

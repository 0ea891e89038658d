import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ApiImage } from '../../../src/api/index.js';
import { getImage } from '../api/endpoints.js';
import { isAbort } from '../api/http.js';
import { useStatusFeed } from '../api/status-context.js';
import { EMPTY_QUERY, formatRoute, parseRoute, type Route, type SearchQuery } from '../route.js';
import { cameFrom, navigate } from '../use-route.js';
import { CropOverlay } from './crop-overlay.js';
import { PhotoPanel } from './photo-panel.js';
import { openSlides, type Slides } from './slides.js';

interface ViewerProps {
  readonly photoId: number;
  readonly photos: readonly ApiImage[];
  /** The first page of `photos` is still on its way. */
  readonly isPending: boolean;
  readonly query: SearchQuery;
  readonly onNearEnd: () => void;
}

const NEAR_END = 10;

/** One photo over the whole screen; the list it was opened from goes on to both sides. The address follows it. */
export function Viewer(props: ViewerProps): JSX.Element | null {
  const live = useRef(props);
  live.current = props;
  const feed = useStatusFeed();
  const [slides, setSlides] = useState<Slides | null>(null);
  const [isCropping, setCropping] = useState(false);
  const lone = useLonePhoto(props);
  const isListed = props.photos.some((photo) => photo.id === props.photoId);
  const isReady = isListed || lone !== null;

  useEffect(() => {
    if (!isReady) return undefined;
    const isInList = (): boolean => live.current.photos.some((photo) => photo.id === live.current.photoId);
    const fromList = isInList();
    let opened: Slides | null = null;
    let isGone = false;
    const show = async (): Promise<void> => {
      const started = await openSlides({
        photos: () => (fromList || lone === null ? live.current.photos : [lone]),
        startId: live.current.photoId,
        onChange: (photo, index, count) => {
          navigate({ kind: 'photos', query: live.current.query, photo: photo.id }, { replace: true });
          if (index >= count - NEAR_END) live.current.onNearEnd();
        },
        onSimilar: (photo) => searchLike(photo.id, live.current.query, null),
        onCrop: () => setCropping(true),
        onClosed: () => {
          if (!isGone) closeAddress(live.current.query);
        },
        renderPanel: (photo) => <PhotoPanel key={photo.id} photo={photo} score={scoreOf(photo)} />,
        isGone: () => isGone,
      });
      opened = started;
      setSlides(started);
    };
    show().catch(() => {
      // The viewer's code did not come: the server is away, or a newer one is there since this page was loaded.
      navigate({ kind: 'photos', query: live.current.query, photo: null }, { replace: true });
      if (feed.current().connection !== 'lost') location.reload();
    });
    return () => {
      isGone = true;
      opened?.destroy();
    };
  }, [isReady]);

  // The address itself, not the property: with quick steps that is older than the slide, and would call it back.
  useEffect(() => {
    const route = parseRoute(location.hash);
    if (route.kind === 'photos' && route.photo !== null) slides?.goTo(route.photo);
  }, [slides, props.photoId]);

  if (!isCropping || slides === null) return null;
  return (
    <CropOverlay
      frame={slides.pictureFrame()}
      onCancel={() => setCropping(false)}
      onSearch={(crop) => {
        setCropping(false);
        searchLike(live.current.photoId, live.current.query, crop);
      }}
    />
  );
}

/** A photo that the address names but the first page of the list does not hold: a bookmark, a reload. */
function useLonePhoto({ photoId, photos, isPending, query }: ViewerProps): ApiImage | null {
  const [photo, setPhoto] = useState<ApiImage | null>(null);
  const isListed = photos.some((listed) => listed.id === photoId);
  useEffect(() => {
    if (isPending || isListed || photo !== null) return undefined;
    const controller = new AbortController();
    getImage(photoId, controller.signal)
      .then(setPhoto)
      .catch((error: unknown) => {
        if (!isAbort(error)) navigate({ kind: 'photos', query, photo: null }, { replace: true });
      });
    return () => controller.abort();
  }, [photoId, isPending, isListed]);
  return photo;
}

/** Back to the grid where it lies behind this entry, so that closing leaves none in front of it. */
function closeAddress(query: SearchQuery): void {
  const grid: Route = { kind: 'photos', query, photo: null };
  if (cameFrom() === formatRoute(grid)) history.back();
  else navigate(grid, { replace: true });
}

function searchLike(like: number, from: SearchQuery, crop: SearchQuery['crop']): void {
  const { library, camera, after, before } = from;
  navigate({ kind: 'photos', query: { ...EMPTY_QUERY, library, camera, after, before, like, crop }, photo: null });
}

function scoreOf(photo: ApiImage): number | null {
  return 'score' in photo && typeof photo.score === 'number' ? photo.score : null;
}

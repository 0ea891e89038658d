import { useEffect } from 'preact/hooks';
import { isReturn } from '../use-route.js';
import { keepScroll, keptScroll } from './kept-lists.js';

// A grid is laid out some frames after its photos are there; a list that shrank meanwhile never gets there.
const FRAMES = 20;

/** A list begins at its top, or where it was left when the back button leads to it. */
export function useKeptScroll(key: string): void {
  useEffect(() => {
    const wanted = isReturn() ? keptScroll(key) : 0;
    let frame = 0;
    let left = FRAMES;
    const arrive = (): void => {
      window.scrollTo(0, wanted);
      left -= 1;
      frame = left > 0 && Math.abs(window.scrollY - wanted) > 1 ? requestAnimationFrame(arrive) : 0;
    };
    const onScroll = (): void => {
      if (frame === 0) keepScroll(key, window.scrollY);
    };
    arrive();
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener('scroll', onScroll);
    };
  }, [key]);
}

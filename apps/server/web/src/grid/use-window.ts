import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** The width of an element, followed through resizes; 0 until it is on the page. */
export function useWidth(ref: RefObject<HTMLElement>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.floor(element.clientWidth)));
    observer.observe(element);
    setWidth(Math.floor(element.clientWidth));
    return () => observer.disconnect();
  }, [ref]);
  return width;
}

export interface ScrollWindow {
  readonly from: number;
  readonly to: number;
}

/** The part of an element that is on screen, with one screen more on either side, in the element's own coordinates. */
export function useScrollWindow(ref: RefObject<HTMLElement>, deps: readonly unknown[]): ScrollWindow {
  const [range, setRange] = useState<ScrollWindow>({ from: 0, to: 2 * window.innerHeight });
  useEffect(() => {
    let frame = 0;
    const measure = (): void => {
      frame = 0;
      if (!ref.current) return;
      const top = -ref.current.getBoundingClientRect().top;
      setRange((old) => {
        const next = { from: top - window.innerHeight, to: top + 2 * window.innerHeight };
        return Math.abs(next.from - old.from) < 40 && Math.abs(next.to - old.to) < 40 ? old : next;
      });
    };
    const onScroll = (): void => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    window.addEventListener('scroll', onScroll, { passive: true });
    window.addEventListener('resize', onScroll);
    return () => {
      window.removeEventListener('scroll', onScroll);
      window.removeEventListener('resize', onScroll);
      cancelAnimationFrame(frame);
    };
  }, deps);
  return range;
}

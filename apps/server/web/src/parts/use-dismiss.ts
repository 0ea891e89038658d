import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * Closes what lies over the page when a person points or moves the focus elsewhere, and with Escape, which gives the
 * focus back to the button that opened it (`aria-expanded`).
 */
export function useDismiss(ref: RefObject<HTMLElement>, onDismiss: () => void): void {
  useEffect(() => {
    const isInside = ({ target }: Event): boolean => target instanceof Node && ref.current?.contains(target) === true;
    const onElsewhere = (event: Event): void => {
      if (!isInside(event)) onDismiss();
    };
    const onKeyDown = (event: KeyboardEvent): void => {
      const opener = ref.current?.querySelector<HTMLElement>('[aria-expanded="true"]');
      if (event.key !== 'Escape' || !opener || !isInside(event)) return;
      event.preventDefault();
      onDismiss();
      opener.focus();
    };
    document.addEventListener('pointerdown', onElsewhere);
    document.addEventListener('focusin', onElsewhere);
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('pointerdown', onElsewhere);
      document.removeEventListener('focusin', onElsewhere);
      document.removeEventListener('keydown', onKeyDown);
    };
  });
}

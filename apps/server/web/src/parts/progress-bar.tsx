import type { JSX } from 'preact';
import { formatShare } from '../format.js';

interface ProgressBarProps {
  readonly label: string;
  readonly share: number;
  readonly isMoving?: boolean;
}

export function ProgressBar({ label, share, isMoving = false }: ProgressBarProps): JSX.Element {
  const percent = Math.round(share * 1000) / 10;
  return (
    <div
      class={`bar ${isMoving ? 'bar-moving' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      aria-valuetext={formatShare(share)}
    >
      <div class="bar-fill" style={{ width: `${percent}%` }} />
    </div>
  );
}

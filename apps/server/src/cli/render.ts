import type { ApiClipStatus, ApiSearchAnswer } from '../api-types.js';
import { plain } from './command.js';
import { formatSeconds } from './progress-bar.js';

export function renderHits(
  answer: ApiSearchAnswer & { readonly roots: ReadonlyMap<number, string> },
): readonly string[] {
  const lines = answer.items.map(
    ({ score, relPath, libraryId }) =>
      `${score.toFixed(3)}  ${plain(`${answer.roots.get(libraryId) ?? ''}/${relPath}`)}`,
  );
  return lines.length > 0 ? lines : ['nothing found'];
}

export function renderStatus(status: ApiClipStatus): readonly string[] {
  const { state, reason, model, photos, encoded, pending, failed, skipped, missing, etaSeconds } = status;
  const lines = [
    `state     ${state}${reason === null ? '' : `: ${plain(reason)}`}`,
    `model     ${model === null ? 'none yet' : `${model.name} (${model.version}, ${model.dimension} numbers)${model.starter ? ', the built-in starter model' : ''}`}`,
    `photos    ${photos}: ${encoded} encoded, ${pending} pending, ${failed} failed, ${skipped} skipped, ${missing} missing`,
    `coverage  ${(status.coverage * 100).toFixed(1)} %`,
  ];
  if (etaSeconds !== null)
    lines.push(`left      ${formatSeconds(etaSeconds.low)} to ${formatSeconds(etaSeconds.high)}`);
  for (const encoder of status.encoders)
    lines.push(
      `encoder   ${encoder.address} ${encoder.state}${encoder.reason === null ? '' : `: ${plain(encoder.reason)}`}`,
    );
  for (const library of status.libraries)
    lines.push(
      `library   ${library.id} ${plain(library.name)}: ${library.state}, ${library.encoded} of ${library.photos - library.skipped} encoded${library.stateReason === null ? '' : `. ${plain(library.stateReason)}`}`,
    );
  return lines;
}

import type { ApiClipStatus, ApiModelChange, ApiSearchAnswer } from '../api/index.js';
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
  if (status.change !== null) lines.push(...renderChange(status.change));
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

/** How far a change of models is, and what the search finds meanwhile. */
export function renderChange({ state, from, to, done, total, coverage, notFound }: ApiModelChange): readonly string[] {
  const searched = state === 'encoding' ? (from?.name ?? 'the model before') : to.name;
  return [
    `change    from ${from === null ? 'the model before' : plain(from.name)} to ${plain(to.name)} (${to.version}): ${done} of ${total} photos ready, ${(coverage * 100).toFixed(1)} %`,
    `          searches are in ${plain(searched)}; ${notFound} encoded photos are not found ${state === 'encoding' ? 'before the change' : 'yet'}`,
  ];
}

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ApiLibrary } from '../../../src/api/index.js';
import { acceptRoot, answerGone } from '../api/endpoints.js';
import { Dialog } from '../parts/dialog.js';
import { texts } from '../texts.js';

const words = texts.libraries.question;

interface LibraryQuestionProps {
  readonly library: ApiLibrary;
  readonly isBusy: boolean;
  readonly onAnswer: (work: () => Promise<unknown>) => void;
}

/** What only a person can tell, with a button for each answer. What cannot be taken back asks once more. */
export function LibraryQuestion({ library, isBusy, onAnswer }: LibraryQuestionProps): JSX.Element | null {
  const [isSure, setSure] = useState<'accept' | 'deleted' | null>(null);
  if (library.question === null) return null;
  const isAboutRoot = library.question === 'other_root';
  const confirm = (): void => {
    setSure(null);
    onAnswer(() => (isSure === 'accept' ? acceptRoot(library.id) : answerGone(library.id, { answer: 'deleted' })));
  };
  return (
    <div class="row">
      {isAboutRoot ? (
        <button type="button" class="button" disabled={isBusy} onClick={() => setSure('accept')}>
          {words.accept}
        </button>
      ) : (
        <>
          {library.answer !== 'away' && (
            <button
              type="button"
              class="button"
              disabled={isBusy}
              onClick={() => onAnswer(() => answerGone(library.id, { answer: 'away' }))}
            >
              {words.away}
            </button>
          )}
          {library.answer !== 'deleted' && (
            <button type="button" class="button button-quiet" disabled={isBusy} onClick={() => setSure('deleted')}>
              {words.deleted}
            </button>
          )}
        </>
      )}
      {isSure !== null && (
        <Dialog
          title={words[isSure]}
          confirm={words.yes[isSure]}
          isBusy={isBusy}
          onConfirm={confirm}
          onClose={() => setSure(null)}
        >
          <p>{words.text[isSure]}</p>
        </Dialog>
      )}
    </div>
  );
}

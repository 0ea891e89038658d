import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { login } from '../api/endpoints.js';
import { ApiError } from '../api/http.js';
import { BrandMark } from '../parts/brand-mark.js';
import { Field } from '../parts/fields.js';
import { useAction } from '../parts/use-action.js';
import { rememberSignIn } from '../session.js';
import { texts } from '../texts.js';

/** Shown in place of the page while the server asks for its token; the address stays as it is. */
export function LoginPage({
  linkRefused,
  onSignedIn,
}: {
  readonly linkRefused: boolean;
  readonly onSignedIn: () => void;
}): JSX.Element {
  const [token, setToken] = useState('');
  const input = useRef<HTMLInputElement>(null);
  // The page has nothing else to do.
  useEffect(() => input.current?.focus(), []);
  const action = useAction();
  const submit = async (): Promise<void> => {
    const isDone = await action.run(() => signIn(token.trim()));
    if (!isDone) return;
    rememberSignIn();
    onSignedIn();
  };
  return (
    <main class="first-start">
      <BrandMark size={60} />
      <h1>{texts.login.title}</h1>
      <p class="lead">{linkRefused ? texts.login.linkRefused : texts.login.lead}</p>
      <form
        class="form form-first"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Field label={texts.login.token} hint={texts.login.hint} error={action.error}>
          {({ id, describedBy }) => (
            <input
              ref={input}
              id={id}
              type="password"
              autocomplete="current-password"
              required
              aria-describedby={describedBy}
              aria-invalid={action.error !== null}
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        <div class="row row-end">
          <button type="submit" class="button button-primary" disabled={action.isBusy}>
            {texts.login.submit}
          </button>
        </div>
      </form>
    </main>
  );
}

async function signIn(token: string): Promise<void> {
  try {
    await login({ token });
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.status !== 401) throw cause;
    throw new ApiError(cause.code, cause.status, texts.login.wrong, { cause });
  }
}

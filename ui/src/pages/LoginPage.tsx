/** Sign in: by the link that `palisade serve` prints, or by pasting a token. */

import { type FormEvent, useState } from "react";
import { ApiError } from "../api/client";
import { useSignIn } from "../api/queries";
import { useTitle } from "../app/Shell";
import { Failed } from "../components/Basics";
import { Logo } from "../components/Icon";

export function LoginPage({ unreachable }: { unreachable?: Error }) {
  useTitle("Sign in");
  const [token, setToken] = useState("");
  const signIn = useSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const value = token.trim();
    if (value !== "") signIn.mutate(value, { onSuccess: () => setToken("") });
  };
  const refused = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
    <main className="login" id="main">
      <div className="login-card">
        <h1>
          <Logo /> Palisade
        </h1>
        {unreachable && (
          <Failed error={unreachable} doing="The control plane did not answer; trying again by itself" />
        )}
        <p>
          Open the link that <code>palisade serve</code> printed when it started. It works once and for ten
          minutes.
        </p>
        <form onSubmit={submit}>
          <label htmlFor="token">Or paste a token</label>
          <input
            id="token"
            type="password"
            autoComplete="off"
            spellCheck={false}
            value={token}
            aria-describedby="token-help"
            aria-invalid={refused}
            onChange={(event) => setToken(event.target.value)}
          />
          <p className="muted" id="token-help">
            The first start wrote an admin token to <code>admin.token</code> in the data directory, readable
            only by its owner.
          </p>
          {signIn.error && (
            <p className="form-error" role="alert">
              {refused ? "This token is not known, or it has expired." : signIn.error.message}
            </p>
          )}
          <button
            type="submit"
            className="button button-primary"
            disabled={signIn.isPending || token.trim() === ""}
          >
            {signIn.isPending ? "Signing in" : "Sign in"}
          </button>
        </form>
      </div>
    </main>
  );
}

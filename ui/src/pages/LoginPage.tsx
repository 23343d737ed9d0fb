/** Sign in: by name and password, by an identity provider, by the link that `palisade serve` prints, or by a token. */

import { type FormEvent, useState } from "react";
import { ApiError } from "../api/client";
import { useProviders } from "../api/people";
import { useSignIn } from "../api/queries";
import { usePlace } from "../app/router";
import { useTitle } from "../app/Shell";
import { Failed, Notice } from "../components/Basics";
import { Logo } from "../components/Icon";
import { Text } from "../components/Text";

export function LoginPage({ unreachable }: { unreachable?: Error }) {
  useTitle("Sign in");
  const { search } = usePlace();
  const providers = useProviders();
  const refused = search.get("login_error");
  return (
    <main className="login" id="main">
      <div className="login-card">
        <h1>
          <Logo /> Palisade
        </h1>
        {unreachable && (
          <Failed error={unreachable} doing="The control plane did not answer; trying again by itself" />
        )}
        {refused && (
          <Notice tone="bad">
            <Text text={refused} limit={300} />
          </Notice>
        )}
        <ByPassword />
        {(providers.data?.items ?? []).map((provider) => (
          <a key={provider.id} className="button" href={provider.url}>
            Sign in with <Text text={provider.name} limit={60} />
          </a>
        ))}
        <ByToken />
        <p className="muted">
          Or open the link that <code>palisade serve</code> printed when it started: it works once, for ten
          minutes.
        </p>
      </div>
    </main>
  );
}

function ByPassword() {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ name: name.trim(), password }, { onSuccess: () => setPassword("") });
  };
  const refused = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
    <form onSubmit={submit}>
      <label htmlFor="name">Name</label>
      <input
        id="name"
        autoComplete="username"
        spellCheck={false}
        autoCapitalize="none"
        value={name}
        maxLength={64}
        onChange={(event) => setName(event.target.value)}
      />
      <label htmlFor="password">Password</label>
      <input
        id="password"
        type="password"
        autoComplete="current-password"
        value={password}
        aria-invalid={refused}
        onChange={(event) => setPassword(event.target.value)}
      />
      {signIn.error && (
        <p className="form-error" role="alert">
          {signIn.error.message}
        </p>
      )}
      <button
        type="submit"
        className="button button-primary"
        disabled={signIn.isPending || name.trim() === "" || password === ""}
      >
        {signIn.isPending ? "Signing in" : "Sign in"}
      </button>
    </form>
  );
}

function ByToken() {
  const [token, setToken] = useState("");
  const signIn = useSignIn();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const value = token.trim();
    if (value !== "") signIn.mutate({ token: value }, { onSuccess: () => setToken("") });
  };
  const refused = signIn.error instanceof ApiError && signIn.error.status === 401;
  return (
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
        The first start wrote an admin token to <code>admin.token</code> in the data directory, readable only
        by its owner.
      </p>
      {signIn.error && (
        <p className="form-error" role="alert">
          {refused ? "This token is not known, or it has expired." : signIn.error.message}
        </p>
      )}
      <button type="submit" className="button" disabled={signIn.isPending || token.trim() === ""}>
        {signIn.isPending ? "Signing in" : "Sign in with the token"}
      </button>
    </form>
  );
}

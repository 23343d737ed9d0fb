/** Whoever signed in with a password that works once chooses one of their own here, before anything else. */

import { useTitle } from "../app/Shell";
import { Logo } from "../components/Icon";
import { PasswordForm } from "./settings/PasswordForm";

export function PasswordPage() {
  useTitle("Choose a password");
  return (
    <main className="login" id="main">
      <div className="login-card">
        <h1>
          <Logo /> Choose a password
        </h1>
        <p>The one you signed in with works once. From now on you sign in with your own.</p>
        <PasswordForm />
      </div>
    </main>
  );
}

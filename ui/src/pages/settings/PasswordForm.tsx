/** Changes one's own password. */

import { type FormEvent, useState } from "react";
import { useChangePassword } from "../../api/people";
import { toast } from "../../app/toasts";
import { Failed } from "../../components/Basics";

export function PasswordForm() {
  const change = useChangePassword();
  const [before, setBefore] = useState("");
  const [after, setAfter] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== after;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { old_password: before, new_password: after },
      {
        onSuccess: () => {
          setBefore("");
          setAfter("");
          setAgain("");
          toast("The password is changed.");
        },
      },
    );
  };
  return (
    <form className="form" onSubmit={submit}>
      <label>
        Password until now
        <input
          type="password"
          autoComplete="current-password"
          value={before}
          required
          onChange={(event) => setBefore(event.target.value)}
        />
      </label>
      <label>
        New password, at least 12 characters
        <input
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={128}
          value={after}
          required
          onChange={(event) => setAfter(event.target.value)}
        />
      </label>
      <label>
        The new one again
        <input
          type="password"
          autoComplete="new-password"
          value={again}
          required
          aria-invalid={differs}
          onChange={(event) => setAgain(event.target.value)}
        />
      </label>
      {differs && <p className="form-error">The two differ.</p>}
      {change.error && <Failed error={change.error} doing="The password was not changed" />}
      <button
        type="submit"
        className="button button-primary"
        disabled={change.isPending || before === "" || after.length < 12 || after !== again}
      >
        Change the password
      </button>
    </form>
  );
}

/** Dialogs for what opens this installation to others: made once, shown once, revoked for good. */

import type { FormEvent, ReactNode } from "react";
import { Command, Failed, Notice } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";

/** A form that makes a secret, and the secret once it is made. */
export function MakeDialog({
  open,
  what,
  secret,
  note,
  ready,
  error,
  onSubmit,
  onClose,
  children,
}: {
  open: boolean;
  /** For example `token`. */
  what: string;
  secret: string | undefined;
  /** What to know about the secret. */
  note: ReactNode;
  ready: boolean;
  error: Error | null;
  onSubmit: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog
      open={open}
      title={secret ? `Your new ${what}` : `New ${what}`}
      onClose={onClose}
      actions={
        secret ? (
          <button type="button" className="button button-primary" onClick={onClose}>
            Done
          </button>
        ) : (
          <>
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" form="make-secret" className="button button-primary" disabled={!ready}>
              Create
            </button>
          </>
        )
      }
    >
      {secret ? (
        <>
          <Notice tone="warn">{note}</Notice>
          <Command command={secret} />
        </>
      ) : (
        <form id="make-secret" className="form" onSubmit={submit}>
          {children}
          {error && <Failed error={error} doing={`The ${what} was not made`} />}
        </form>
      )}
    </Dialog>
  );
}

/** Asks before something is revoked. */
export function RevokeDialog({
  open,
  what,
  busy,
  onRevoke,
  onClose,
  children,
}: {
  open: boolean;
  what: string;
  busy: boolean;
  onRevoke: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Dialog
      open={open}
      title={`Revoke this ${what}?`}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="button" className="button button-danger" disabled={busy} onClick={onRevoke}>
            Revoke
          </button>
        </>
      }
    >
      <p>{children}</p>
    </Dialog>
  );
}

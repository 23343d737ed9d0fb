/** "Allow this" and its undo, the same wherever they are offered. */

import { useAllow, useRemoveException } from "../api/queries";
import { toast, toastError } from "../app/toasts";

export function useAllowWithUndo() {
  const allow = useAllow();
  const remove = useRemoveException();
  const undo = (api: string, exception: string) =>
    remove.mutate(
      { api, exception },
      {
        onSuccess: () => toast("The exception is removed."),
        onError: toastError("The exception was not removed"),
      },
    );
  return {
    pending: allow.isPending || remove.isPending,
    undo,
    allow: (api: string, uuid: string) =>
      allow.mutate(uuid, {
        onSuccess: (exception) =>
          toast("Allowed from now on.", { action: { label: "Undo", run: () => undo(api, exception.id) } }),
        onError: toastError("Not allowed"),
      }),
  };
}

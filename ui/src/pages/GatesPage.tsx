/** Gates: what must hold for an API, a job or a pipeline to pass. */

import { type FormEvent, useEffect, useState } from "react";
import { useGates, useRemoveGate, useSaveGate } from "../api/findings";
import type { Gate } from "../api/types";
import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMay } from "../app/session";
import { toast, toastError } from "../app/toasts";
import { Empty, Failed, Loading, Time } from "../components/Basics";
import { Dialog } from "../components/Dialog";
import { Text } from "../components/Text";

const EXAMPLE = `minimum:
  total: 70
reject:
  severity: high
`;

export function GatesPage() {
  useTitle("Gates");
  const gates = useGates();
  const mayJudge = useMay("judge");
  const remove = useRemoveGate();
  const [editing, setEditing] = useState<Gate | "new" | null>(null);
  const [removing, setRemoving] = useState<Gate | null>(null);
  const list = gates.data?.items ?? [];
  const button = mayJudge && (
    <button type="button" className="button button-primary" onClick={() => setEditing("new")}>
      New gate
    </button>
  );
  return (
    <>
      <PageHead
        above={
          <nav className="crumbs" aria-label="You are here">
            <Link href={routes.settings()}>Settings</Link>
          </nav>
        }
        title="Gates"
        note="Used by name in jobs, in pipelines and for APIs; accepted findings count against none"
        actions={list.length > 0 && button}
      />
      {gates.error && !gates.data && <Failed error={gates.error} retry={() => gates.refetch()} />}
      {gates.isPending && <Loading />}
      {gates.data && list.length === 0 && (
        <Empty icon="shield" title="No gate yet">
          <p>A gate says what must hold: points, the worst severity allowed, rules that may not fire.</p>
          {button}
        </Empty>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Gate</th>
                <th scope="col">Conditions</th>
                <th scope="col" className="c-m">
                  Changed
                </th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((gate) => (
                <tr key={gate.name}>
                  <td>
                    <Text text={gate.name} limit={60} className="strong" />{" "}
                    {gate.default && <span className="tag">default</span>}
                    {gate.description && (
                      <div className="sub">
                        <Text text={gate.description} limit={120} />
                      </div>
                    )}
                  </td>
                  <td>
                    <Text text={conditions(gate)} limit={200} />
                  </td>
                  <td className="c-m nowrap">
                    <Time time={gate.updated_at} /> by <Text text={gate.updated_by} limit={30} />
                  </td>
                  <td className="num">
                    {mayJudge && (
                      <span className="button-row">
                        <button
                          type="button"
                          className="button button-small"
                          aria-label={`Edit ${gate.name}`}
                          onClick={() => setEditing(gate)}
                        >
                          Edit
                        </button>
                        <button
                          type="button"
                          className="button button-small"
                          aria-label={`Remove ${gate.name}`}
                          onClick={() => setRemoving(gate)}
                        >
                          Remove
                        </button>
                      </span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <GateDialog gate={editing} onClose={() => setEditing(null)} />
      <Dialog
        open={removing !== null}
        title="Remove this gate?"
        onClose={() => setRemoving(null)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setRemoving(null)}>
              Keep it
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={remove.isPending}
              onClick={() =>
                removing &&
                remove.mutate(removing.name, {
                  onSuccess: () => {
                    setRemoving(null);
                    toast("The gate is removed.");
                  },
                  onError: toastError("The gate was not removed"),
                })
              }
            >
              Remove
            </button>
          </>
        }
      >
        <p>Jobs and pipelines that name it fail from now on.</p>
      </Dialog>
    </>
  );
}

function conditions(gate: Gate): string {
  const words: string[] = [];
  const { total, security, data } = gate.minimum;
  if (typeof total === "number") words.push(`at least ${total} of 100 points`);
  if (typeof security === "number") words.push(`security at least ${security} of 30`);
  if (typeof data === "number") words.push(`data at least ${data} of 70`);
  if (gate.reject_severity) words.push(`nothing ${gate.reject_severity} or worse`);
  for (const [category, severity] of Object.entries(gate.reject_categories))
    words.push(`${category}: nothing ${severity} or worse`);
  if (gate.reject_invalid) words.push("no invalid contract");
  if (gate.forbid.length > 0) words.push(`never ${gate.forbid.join(", ")}`);
  return words.join("; ") || "none";
}

function GateDialog({ gate, onClose }: { gate: Gate | "new" | null; onClose: () => void }) {
  const save = useSaveGate();
  const [name, setName] = useState("");
  const [definition, setDefinition] = useState(EXAMPLE);
  const [standard, setStandard] = useState(false);
  useEffect(() => {
    if (gate === null) return;
    setName(gate === "new" ? "" : gate.name);
    setDefinition(gate === "new" ? EXAMPLE : gate.definition);
    setStandard(gate !== "new" && gate.default);
  }, [gate]);
  const close = () => {
    save.reset();
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { name: name.trim(), definition, default: standard, fresh: gate === "new" },
      {
        onSuccess: () => {
          close();
          toast("The gate is saved.");
        },
      },
    );
  };
  return (
    <Dialog
      open={gate !== null}
      title={gate === "new" ? "New gate" : "Edit the gate"}
      onClose={close}
      wide
      actions={
        <>
          <button type="button" className="button" onClick={close}>
            Not now
          </button>
          <button
            type="submit"
            form="gate"
            className="button button-primary"
            disabled={name.trim() === "" || save.isPending}
          >
            Save
          </button>
        </>
      }
    >
      <form id="gate" className="form" onSubmit={submit}>
        <label>
          Name
          <input
            value={name}
            maxLength={100}
            pattern="[A-Za-z0-9._\-]+"
            required
            readOnly={gate !== "new"}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label>
          Conditions, as <code>palisade audit --gate FILE</code> reads them too
          <textarea
            className="mono"
            rows={12}
            value={definition}
            spellCheck={false}
            onChange={(event) => setDefinition(event.target.value)}
          />
        </label>
        <label className="check">
          <input type="checkbox" checked={standard} onChange={(event) => setStandard(event.target.checked)} />
          It judges where no gate is named
        </label>
        {save.error && <Failed error={save.error} doing="The gate was not saved" />}
      </form>
    </Dialog>
  );
}

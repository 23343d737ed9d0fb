/** Network lists that APIs share, and the proxies whose word on the client's address is taken. */

import { type FormEvent, type ReactNode, useRef, useState } from "react";
import { ApiError, send } from "../api/client";
import {
  useImportNetworkList,
  useNetworkLists,
  useRemoveNetworkList,
  useSaveNetworkList,
  useSaveTrustedProxies,
  useTrustedProxies,
} from "../api/queries";
import type { NetworkList } from "../api/types";
import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMayWrite } from "../app/session";
import { toast, toastError } from "../app/toasts";
import { Card, Empty, Failed, Loading, Notice, Time } from "../components/Basics";
import { Dialog } from "../components/Dialog";
import { Icon } from "../components/Icon";
import { Text } from "../components/Text";
import { count, plural } from "../lib/format";

export function ListsPage() {
  useTitle("Network lists");
  return (
    <>
      <PageHead
        above={
          <nav className="crumbs" aria-label="You are here">
            <Link href={routes.settings()}>Settings</Link>
          </nav>
        }
        title="Network lists"
        note="Named IPv4 and IPv6 networks that the protection of APIs lets in, keeps out or does not count"
      />
      <div className="stack">
        <Lists />
        <Proxies />
      </div>
    </>
  );
}

function Lists() {
  const lists = useNetworkLists();
  const remove = useRemoveNetworkList();
  const mayWrite = useMayWrite();
  const [editing, setEditing] = useState<NetworkList | "new" | null>(null);
  const [removing, setRemoving] = useState<NetworkList | null>(null);
  const list = lists.data?.items ?? [];
  return (
    <Card
      title="Lists"
      note={lists.data ? plural(list.length, "list") : undefined}
      actions={
        <button
          type="button"
          className="button button-small"
          disabled={!mayWrite}
          onClick={() => setEditing("new")}
        >
          New list
        </button>
      }
    >
      {lists.error && !lists.data && <Failed error={lists.error} retry={() => lists.refetch()} />}
      {lists.isPending && <Loading />}
      {lists.data && list.length === 0 && (
        <Empty icon="globe" title="No lists yet">
          <p>
            A list is made once and named by as many APIs as need it: the office, partners, a content delivery
            network, networks that attack. A change is in force at once.
          </p>
        </Empty>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" className="num">
                  Networks
                </th>
                <th scope="col">Used by</th>
                <th scope="col" className="c-m">
                  Changed
                </th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={one.id}>
                  <td>
                    <strong>
                      <Text text={one.name} limit={60} />
                    </strong>
                    {one.description && (
                      <div className="sub">
                        <Text text={one.description} limit={120} />
                      </div>
                    )}
                    {one.networks.length > 0 && (
                      <div className="sub mono c-m">
                        <Text text={one.networks.slice(0, 3).join(", ")} limit={100} />
                        {one.networks.length > 3 && " …"}
                      </div>
                    )}
                  </td>
                  <td className="num">{count(one.networks.length)}</td>
                  <td>
                    <Uses list={one} />
                  </td>
                  <td className="c-m nowrap">
                    {one.read_only ? (
                      <span className="muted">by a gateway file</span>
                    ) : (
                      <>
                        <Time time={one.updated_at} />
                        <div className="sub">
                          <Text text={one.updated_by ?? ""} limit={30} />
                        </div>
                      </>
                    )}
                  </td>
                  <td>
                    <span className="button-row row-actions">
                      <Export list={one} />
                      <button
                        type="button"
                        className="button button-small"
                        aria-label={`Change ${one.name}`}
                        disabled={!mayWrite || one.read_only}
                        onClick={() => setEditing(one)}
                      >
                        Change
                      </button>
                      <button
                        type="button"
                        className="button button-small"
                        aria-label={`Delete ${one.name}`}
                        title={one.used_by.length > 0 ? "APIs name it: take it out there first" : undefined}
                        disabled={!mayWrite || one.read_only || one.used_by.length > 0}
                        onClick={() => setRemoving(one)}
                      >
                        Delete
                      </button>
                    </span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <EditDialog list={editing} onClose={() => setEditing(null)} />
      <Dialog
        open={removing !== null}
        title="Delete this list?"
        onClose={() => setRemoving(null)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setRemoving(null)}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-danger"
              disabled={remove.isPending}
              onClick={() =>
                removing &&
                remove.mutate(removing.id, {
                  onSuccess: () => {
                    setRemoving(null);
                    toast("The list is deleted.");
                  },
                  onError: toastError("The list was not deleted"),
                })
              }
            >
              Delete
            </button>
          </>
        }
      >
        <p>
          <Text text={removing?.name ?? ""} limit={60} /> is named by no API. Export it first if you may need
          it again.
        </p>
      </Dialog>
    </Card>
  );
}

function Uses({ list }: { list: NetworkList }) {
  if (list.used_by.length === 0) return <span className="muted">nobody</span>;
  return (
    <ul className="plain-list">
      {list.used_by.slice(0, 5).map((use) => (
        <li key={`${use.api_id} ${use.role}`}>
          <Link href={routes.api(use.api_id, "protection", "?view=settings")}>
            <Text text={use.api_name} limit={40} />
          </Link>{" "}
          <span className="tag">
            <Text text={use.role} limit={60} />
          </span>
        </li>
      ))}
      {list.used_by.length > 5 && <li className="muted">and {list.used_by.length - 5} more</li>}
    </ul>
  );
}

/** Saves the networks of a list as a file, as text or CSV. */
function Export({ list }: { list: NetworkList }) {
  const save = async (type: "plain" | "csv") => {
    try {
      const path = `/network-lists/${encodeURIComponent(list.id)}/networks`;
      const response = await send(path, { accept: `text/${type}` });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = `${list.name}.${type === "csv" ? "csv" : "txt"}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    } catch (error) {
      toastError("Not exported")(error instanceof Error ? error : new Error(String(error)));
    }
  };
  return (
    <>
      <button
        type="button"
        className="button button-small"
        aria-label={`Export ${list.name} as text`}
        onClick={() => save("plain")}
      >
        <Icon name="download" /> Text
      </button>
      <button
        type="button"
        className="button button-small"
        aria-label={`Export ${list.name} as CSV`}
        onClick={() => save("csv")}
      >
        CSV
      </button>
    </>
  );
}

/** What was refused, with the lines that the control plane named. */
function Mistakes({ error, doing }: { error: Error; doing: string }) {
  const places = error instanceof ApiError ? error.errors : [];
  if (places.length < 2) return <Failed error={error} doing={doing} />;
  return (
    <Notice tone="bad">
      <strong>{doing}.</strong>
      <ul className="plain-list">
        {places.slice(0, 12).map((place) => (
          <li key={`${place.pointer} ${place.name} ${place.message}`}>
            {place.name && `${place.name}: `}
            <Text text={place.message} limit={200} />
          </li>
        ))}
        {places.length > 12 && <li className="muted">and {places.length - 12} more</li>}
      </ul>
    </Notice>
  );
}

/** Networks of a text, one a line; what follows `#` is a comment. */
const networksOf = (text: string) =>
  text
    .split("\n")
    .map((line) => (line.split("#")[0] ?? "").trim())
    .filter((line) => line !== "");

function EditDialog({ list, onClose }: { list: NetworkList | "new" | null; onClose: () => void }) {
  return (
    <Dialog
      open={list !== null}
      title={list === "new" ? "New network list" : `Change ${list?.name.slice(0, 60) ?? ""}`}
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" form="network-list" className="button button-primary">
            {list === "new" ? "Create" : "Save"}
          </button>
        </>
      }
    >
      {list !== null && <EditForm list={list === "new" ? null : list} onClose={onClose} />}
    </Dialog>
  );
}

function EditForm({ list, onClose }: { list: NetworkList | null; onClose: () => void }) {
  const save = useSaveNetworkList();
  const bring = useImportNetworkList();
  const [name, setName] = useState(list?.name ?? "");
  const [description, setDescription] = useState(list?.description ?? "");
  const [text, setText] = useState(list?.networks.join("\n") ?? "");
  const file = useRef<HTMLInputElement>(null);
  const networks = networksOf(text);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { id: list?.id ?? null, list: { name: name.trim(), description: description.trim(), networks } },
      {
        onSuccess: (saved) => {
          onClose();
          toast(`${saved.name} has ${plural(saved.networks.length, "network")}.`);
        },
      },
    );
  };
  // A file replaces the networks of a list that is there; of a new one it fills the field.
  const read = async (chosen: File | undefined) => {
    if (!chosen) return;
    const content = await chosen.text();
    const csv = chosen.name.toLowerCase().endsWith(".csv");
    if (!list) {
      const cells = csv
        ? content.split(/\r?\n/).map((line) => (line.split(",")[0] ?? "").replaceAll('"', ""))
        : null;
      setText(cells ? cells.filter((cell) => !/^[a-z]*$/i.test(cell.trim())).join("\n") : content);
      return;
    }
    bring.mutate(
      { id: list.id, file: { content, type: csv ? "text/csv" : "text/plain" } },
      {
        onSuccess: (saved) => {
          onClose();
          toast(`${saved.name} has ${plural(saved.networks.length, "network")}.`);
        },
      },
    );
  };
  const named = (list?.used_by.length ?? 0) > 0;
  return (
    <form id="network-list" className="form" onSubmit={submit}>
      <label>
        Name
        <input
          value={name}
          required
          maxLength={100}
          pattern="[A-Za-z0-9._\-]+"
          title="Letters, digits, dot, underscore and hyphen"
          disabled={named}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {named && <p className="hint">APIs name it: it keeps its name.</p>}
      <label>
        What it is for
        <input value={description} maxLength={500} onChange={(event) => setDescription(event.target.value)} />
      </label>
      <label>
        Networks, one a line
        <textarea
          className="mono networks-text"
          rows={10}
          value={text}
          spellCheck={false}
          placeholder={"192.0.2.0/24\n2001:db8::/32  # the lab"}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <div className="button-row networks-import">
        <span className="muted">{plural(networks.length, "network")}</span>
        <input
          ref={file}
          type="file"
          accept=".txt,.csv,text/plain,text/csv"
          className="visually-hidden"
          aria-label="Networks from a file"
          tabIndex={-1}
          onChange={(event) => read(event.target.files?.[0])}
        />
        <button type="button" className="button button-small" onClick={() => file.current?.click()}>
          <Icon name="upload" /> From a text or CSV file
        </button>
      </div>
      {save.error && <Mistakes error={save.error} doing="The list was not saved" />}
      {bring.error && <Mistakes error={bring.error} doing="The file was not taken" />}
    </form>
  );
}

function Proxies() {
  const proxies = useTrustedProxies();
  const save = useSaveTrustedProxies();
  const mayWrite = useMayWrite();
  const [draft, setDraft] = useState<string | null>(null);
  const kept = proxies.data?.networks.join("\n") ?? "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(networksOf(draft ?? kept), {
      onSuccess: () => {
        setDraft(null);
        toast("The trusted proxies are set.");
      },
    });
  };
  let content: ReactNode = <Loading />;
  if (proxies.error && !proxies.data)
    content = <Failed error={proxies.error} retry={() => proxies.refetch()} />;
  if (proxies.data) {
    content = (
      <form className="form card-text" onSubmit={submit}>
        <p className="muted">
          The client's address is the one of its connection. Only where that is a proxy named here is{" "}
          <code>X-Forwarded-For</code> read, from its end and no further than the first address that is not
          trusted: what a client writes there itself is never believed.
        </p>
        <label>
          Networks, one a line
          <textarea
            className="mono networks-text"
            rows={4}
            value={draft ?? kept}
            readOnly={!mayWrite}
            spellCheck={false}
            placeholder="none"
            onChange={(event) => setDraft(event.target.value)}
          />
        </label>
        {save.error && <Mistakes error={save.error} doing="The trusted proxies were not set" />}
        <div>
          <button
            type="submit"
            className="button button-primary"
            disabled={!mayWrite || draft === null || draft === kept || save.isPending}
          >
            Save trusted proxies
          </button>
        </div>
      </form>
    );
  }
  return <Card title="Trusted proxies">{content}</Card>;
}

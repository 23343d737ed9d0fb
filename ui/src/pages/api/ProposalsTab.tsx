/** What the approved contract lacks of what was learned: taken or turned down one by one, or all at once. */

import { useMemo, useState } from "react";
import {
  useAcceptProposals,
  useDecideProposals,
  useDryRun,
  useProposal,
  useProposals,
} from "../../api/queries";
import type { AcceptedProposals, Api, Proposal } from "../../api/types";
import { Link, routes, setSearch, usePlace } from "../../app/router";
import { useMayWrite } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { Method } from "../../components/Badges";
import { Empty, Failed, Loading, Notice, SearchField, Segmented, Time } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { Diff } from "../../components/Diff";
import { Icon } from "../../components/Icon";
import { Path, Text } from "../../components/Text";
import { count, plural } from "../../lib/format";
import { inert } from "../../lib/inert";

const SHOWN = 100;

export function ProposalsTab({ api }: { api: Api }) {
  const { search } = usePlace();
  const state = search.get("state") === "rejected" ? "rejected" : "open";
  const kind = search.get("kind") ?? "";
  const text = search.get("q") ?? "";
  const proposals = useProposals(api.id, state);
  const [limit, setLimit] = useState(SHOWN);
  const [asking, setAsking] = useState(false);
  const decisions = useDecisions(api);
  const mayWrite = useMayWrite();
  const all = proposals.data?.items;
  const matching = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (all ?? []).filter(
      (proposal) =>
        wanted === "" || `${proposal.operation} ${proposal.message}`.toLowerCase().includes(wanted),
    );
  }, [all, text]);
  if (!api.contract.approved)
    return (
      <Empty icon="shield" title="No contract is approved">
        <p>
          Once one is, Palisade goes on learning and proposes here what the contract lacks.{" "}
          <Link href={routes.api(api.id, "contract")}>Read the contract</Link>
        </p>
      </Empty>
    );
  if (proposals.error && !all) return <Failed error={proposals.error} retry={() => proposals.refetch()} />;
  if (!all) return <Loading />;
  const kinds = [...new Set(matching.map((proposal) => proposal.kind))].sort();
  const shown = matching.filter((proposal) => kind === "" || proposal.kind === kind);
  const roomy = state === "open" ? all.filter((proposal) => proposal.makes_room && proposal.edit) : [];
  return (
    <>
      <div className="toolbar">
        <Segmented
          label="Which proposals"
          value={state}
          options={[
            { value: "open", label: "Open" },
            { value: "rejected", label: "Rejected" },
          ]}
          onChange={(value) => setSearch({ state: value === "open" ? null : value, kind: null })}
        />
        <SearchField
          value={text}
          onChange={(value) => setSearch({ q: value })}
          label="Search proposals"
          placeholder="Operation or what was seen"
        />
        <span className="toolbar-note" role="status">
          {shown.length === all.length
            ? plural(all.length, "proposal")
            : `${count(shown.length)} of ${count(all.length)}`}
        </span>
        {state === "open" && (
          <button
            type="button"
            className="button button-primary"
            disabled={!mayWrite || roomy.length === 0}
            onClick={() => setAsking(true)}
          >
            Accept all ({roomy.length})
          </button>
        )}
      </div>
      {kinds.length > 1 || kind !== "" ? (
        <fieldset className="filters proposal-kinds">
          <legend className="visually-hidden">Filter by kind</legend>
          {kinds.map((name) => (
            <button
              key={name}
              type="button"
              className={kind === name ? "chip chip-on" : "chip"}
              aria-pressed={kind === name}
              onClick={() => setSearch({ kind: kind === name ? null : name })}
            >
              {name}{" "}
              <span className="chip-count">
                {matching.filter((proposal) => proposal.kind === name).length}
              </span>
            </button>
          ))}
        </fieldset>
      ) : null}
      {all.length === 0 && (
        <Empty icon="check" title={state === "open" ? "Nothing to propose" : "Nothing was rejected"}>
          <p>
            {state === "open"
              ? "The contract has room for all that was seen, and all of it is used."
              : "What you turn down is listed here, and can be opened again."}
          </p>
        </Empty>
      )}
      {all.length > 0 && shown.length === 0 && (
        <p className="table-none">
          No proposal matches.{" "}
          <button type="button" className="link" onClick={() => setSearch({ q: null, kind: null })}>
            Show all
          </button>
        </p>
      )}
      <div className="finding-groups">
        {shown.slice(0, limit).map((proposal) => (
          <Entry key={proposal.id} api={api} proposal={proposal} decisions={decisions} />
        ))}
      </div>
      {shown.length > limit && (
        <button type="button" className="button" onClick={() => setLimit(limit + SHOWN)}>
          Show more ({shown.length - limit} left)
        </button>
      )}
      {asking && <AcceptAll api={api} onClose={() => setAsking(false)} />}
    </>
  );
}

interface Decisions {
  busy: boolean;
  take: (id: string) => void;
  reject: (id: string) => void;
  reopen: (id: string) => void;
}

/** Decided on here and not in the entry, which is gone once its proposal is. */
function useDecisions(api: Api): Decisions {
  const accept = useAcceptProposals(api.id);
  const decide = useDecideProposals(api.id);
  const onError = toastError("The proposal was not changed");
  const reopen = (id: string) =>
    decide.mutate(
      { verb: "reopen", ids: [id] },
      { onSuccess: () => toast("The proposal is open again."), onError },
    );
  return {
    busy: accept.isPending || decide.isPending,
    take: (id) =>
      accept.mutate({ ids: [id] }, { onSuccess: told, onError: toastError("The proposal was not accepted") }),
    reject: (id) =>
      decide.mutate(
        { verb: "reject", ids: [id] },
        {
          onSuccess: () =>
            toast("The proposal is rejected.", { action: { label: "Undo", run: () => reopen(id) } }),
          onError,
        },
      ),
    reopen,
  };
}

function seen(proposal: Proposal) {
  const { count: times, callers, last_observed, thin } = proposal.evidence;
  if (times === 0) return <>never seen</>;
  return (
    <>
      seen {plural(times, "time")}
      {callers ? ` by ${plural(callers, "caller")}` : ""}
      {last_observed && (
        <>
          , last <Time time={last_observed} />
        </>
      )}
      {thin && ", too few to count on"}
    </>
  );
}

function Entry({ api, proposal, decisions }: { api: Api; proposal: Proposal; decisions: Decisions }) {
  const [open, setOpen] = useState(false);
  const [method = "", ...rest] = proposal.operation.split(" ");
  return (
    <section className="card finding-group">
      <h2>
        <button
          type="button"
          className="finding-group-head"
          data-row
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name={open ? "down" : "right"} />
          <span className="proposal-title">
            <span className="operation">
              <Method method={method} />
              <Path path={rest.join(" ")} limit={80} />
            </span>
            <span className="proposal-message">
              <Text text={proposal.message} limit={240} />
            </span>
            <span className="muted">{seen(proposal)}</span>
          </span>
          <span className="tag">{proposal.kind}</span>
        </button>
      </h2>
      {open && (
        <div className="finding-group-body">
          <Details api={api} proposal={proposal} decisions={decisions} />
        </div>
      )}
    </section>
  );
}

function Details({ api, proposal, decisions }: { api: Api; proposal: Proposal; decisions: Decisions }) {
  const detail = useProposal(api.id, proposal.id);
  const mayWrite = useMayWrite();
  const { busy, take, reject, reopen } = decisions;
  const obstacle = proposal.obstacle ?? detail.data?.refusal;
  return (
    <>
      <dl className="facts">
        {proposal.edit && (
          <>
            <dt>Edit</dt>
            <dd>
              <Text text={proposal.edit} limit={300} />
            </dd>
          </>
        )}
        <dt>Place</dt>
        <dd>
          <Link href={routes.api(api.id, "contract", `?source=approved&view=source&line=${proposal.line}`)}>
            line {proposal.line}, column {proposal.column}
          </Link>{" "}
          <code>
            <Text text={proposal.pointer} limit={160} />
          </code>
        </dd>
        <dt>Evidence</dt>
        <dd>
          {seen(proposal)}
          {proposal.evidence.first_observed && (
            <>
              , first <Time time={proposal.evidence.first_observed} />
            </>
          )}
          {proposal.operation_id && (
            <>
              {" · "}
              <Link href={routes.operation(api.id, proposal.operation_id)}>Open the operation</Link>
            </>
          )}
        </dd>
        {proposal.rejected_at && (
          <>
            <dt>Rejected</dt>
            <dd>
              <Time time={proposal.rejected_at} /> by <Text text={proposal.rejected_by ?? ""} limit={40} />
            </dd>
          </>
        )}
      </dl>
      {!proposal.makes_room && proposal.edit && (
        <Notice tone="warn">
          This does not make room for anything: it marks the operation or turns callers away. “Accept all”
          leaves it out.
        </Notice>
      )}
      {obstacle && (
        <Notice tone="warn">
          <Text text={obstacle} limit={300} />
        </Notice>
      )}
      {detail.error && !detail.data && <Failed error={detail.error} retry={() => detail.refetch()} />}
      {detail.data && detail.data.diff !== "" && <Diff text={detail.data.diff} />}
      <div className="button-row">
        {proposal.state === "open" ? (
          <>
            <button
              type="button"
              className="button button-primary"
              disabled={!mayWrite || api.read_only || busy || !proposal.edit || Boolean(obstacle)}
              onClick={() => take(proposal.id)}
            >
              Accept
            </button>
            <button
              type="button"
              className="button"
              disabled={!mayWrite || busy}
              onClick={() => reject(proposal.id)}
            >
              Reject
            </button>
          </>
        ) : (
          <button
            type="button"
            className="button"
            disabled={!mayWrite || busy}
            onClick={() => reopen(proposal.id)}
          >
            Open again
          </button>
        )}
      </div>
      {api.read_only && (
        <p className="muted">A file manages this API: make the change in the contract that it names.</p>
      )}
    </>
  );
}

/** Says what became of it: accepted, and what could not be made. */
function told(made: AcceptedProposals) {
  const left = made.refused.length;
  const first = inert(made.refused[0]?.reason ?? "");
  toast(
    left === 0
      ? `${plural(made.accepted.length, "proposal")} accepted: version ${made.version} is in force.`
      : `${count(made.accepted.length)} accepted, ${count(left)} could not be made: ${first}`,
    left === 0 ? {} : { tone: "bad" },
  );
}

function AcceptAll({ api, onClose }: { api: Api; onClose: () => void }) {
  const dry = useDryRun(api.id);
  const accept = useAcceptProposals(api.id);
  const confirm = () =>
    accept.mutate(
      { all: true },
      {
        onSuccess: (made) => {
          onClose();
          told(made);
        },
      },
    );
  return (
    <Dialog
      open
      title="Accept all that make room?"
      onClose={onClose}
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={api.read_only || accept.isPending || !dry.data || dry.data.accepted.length === 0}
            onClick={confirm}
          >
            Accept {dry.data ? plural(dry.data.accepted.length, "proposal") : ""}
          </button>
        </>
      }
    >
      <p>
        The contract’s text is edited as shown; comments and order stay. The new version is in force at once.
        What marks operations as deprecated or turns callers away is left out.
      </p>
      {api.read_only && (
        <Notice tone="warn">A file manages this API: make the change in the contract that it names.</Notice>
      )}
      {dry.error && <Failed error={dry.error} retry={() => dry.refetch()} />}
      {dry.isPending && <Loading />}
      {dry.data && <Diff text={dry.data.diff} />}
      {accept.error && <Failed error={accept.error} doing="The contract was not changed" />}
    </Dialog>
  );
}

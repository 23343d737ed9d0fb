/** The contract, learned or approved: readable or as source, with its score and findings beside it. */

import { type ChangeEvent, useRef, useState } from "react";
import { send } from "../../api/client";
import { useApprove, useAudit, useContract, useRules, useUploadContract } from "../../api/queries";
import type { Api, AuditReport, ContractSource } from "../../api/types";
import { setSearch, usePlace } from "../../app/router";
import { useCurrentSession, useMayWrite } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { SeverityBadge } from "../../components/Badges";
import { Card, Empty, Failed, Loading, Notice, Segmented, SendTraffic, Time } from "../../components/Basics";
import { ScorePart, ScoreRing } from "../../components/Charts";
import { Dialog } from "../../components/Dialog";
import { ClosedFindings, FindingDetail } from "../../components/Findings";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { plural } from "../../lib/format";
import { ContractReader } from "./ContractReader";
import { SourceView } from "./SourceView";

const MAX_UPLOAD = 10 * 1024 * 1024;

export function ContractTab({ api }: { api: Api }) {
  const { search } = usePlace();
  const session = useCurrentSession();
  const wanted = search.get("source");
  const source: ContractSource =
    wanted === "learned" || wanted === "approved" ? wanted : api.contract.approved ? "approved" : "learned";
  const view = search.get("view") === "source" ? "source" : "read";
  const line = Number(search.get("line")) || null;
  const jump = (to: number) => setSearch({ view: "source", line: String(to) });
  const exists = source === "approved" ? Boolean(api.contract.approved) : Boolean(api.contract.learned);
  return (
    <>
      <div className="toolbar">
        <Segmented
          label="Which contract"
          value={source}
          options={[
            { value: "learned", label: "Learned" },
            { value: "approved", label: "Approved" },
          ]}
          onChange={(value) => setSearch({ source: value, line: null })}
        />
        <Segmented
          label="How to show it"
          value={view}
          options={[
            { value: "read", label: "Readable" },
            { value: "source", label: "Source" },
          ]}
          onChange={(value) => setSearch({ view: value === "read" ? null : value, line: null })}
        />
        <span className="toolbar-gap" />
        {exists && <Download api={api} source={source} />}
        <Upload api={api} />
        {source === "learned" && exists && <Approve api={api} />}
      </div>
      <Standing api={api} source={source} />
      {exists ? (
        <div className="grid contract-grid">
          <div className="contract-main">
            {view === "read" ? (
              <Readable api={api} source={source} />
            ) : (
              <Source api={api} source={source} line={line} />
            )}
          </div>
          <Judgement api={api} source={source} jump={jump} />
        </div>
      ) : source === "approved" ? (
        <Empty icon="shield" title="No contract is approved">
          <p>
            Approve the learned contract once it reads right, or upload the one you have. Only then can
            requests be blocked.
          </p>
          {api.contract.learned && (
            <button
              type="button"
              className="button button-primary"
              onClick={() => setSearch({ source: "learned" })}
            >
              Read the learned contract
            </button>
          )}
        </Empty>
      ) : (
        <SendTraffic gateway={session?.gateway_url} title="Nothing learned yet" />
      )}
    </>
  );
}

function Standing({ api, source }: { api: Api; source: ContractSource }) {
  const approved = api.contract.approved;
  if (source === "approved" && approved) {
    return (
      <p className="standing">
        Version {approved.version}, {approved.source === "uploaded" ? "uploaded" : "learned from traffic"} and
        approved <Time time={approved.approved_at} /> by <Text text={approved.approved_by} limit={40} />.{" "}
        {plural(approved.operations, "operation")}. Requests are judged by it.
      </p>
    );
  }
  const learned = api.contract.learned;
  if (source === "learned" && learned) {
    return (
      <p className="standing">
        Reconstructed from {plural(learned.exchanges, "exchange")}: {plural(learned.operations, "operation")}.
        It changes as traffic comes; approving freezes it.
      </p>
    );
  }
  return null;
}

function Readable({ api, source }: { api: Api; source: ContractSource }) {
  const contract = useContract(api.id, source, "json");
  if (contract.error && !contract.data)
    return <Failed error={contract.error} retry={() => contract.refetch()} />;
  if (!contract.data) return <Loading />;
  return <ContractReader document={contract.data.text} />;
}

function Source({ api, source, line }: { api: Api; source: ContractSource; line: number | null }) {
  const contract = useContract(api.id, source, "yaml");
  const audit = useAudit(api.id, source);
  if (contract.error && !contract.data)
    return <Failed error={contract.error} retry={() => contract.refetch()} />;
  if (!contract.data) return <Loading />;
  return <SourceView text={contract.data.text} line={line} findings={audit.data?.findings ?? []} />;
}

function Judgement({
  api,
  source,
  jump,
}: {
  api: Api;
  source: ContractSource;
  jump: (line: number) => void;
}) {
  const audit = useAudit(api.id, source);
  const rules = useRules();
  const [chosen, setChosen] = useState<string | null>(null);
  const report = audit.data;
  return (
    <Card title="Audit" className="judgement">
      {audit.error && !report && <Failed error={audit.error} retry={() => audit.refetch()} />}
      {audit.isPending && <Loading />}
      {report === null && <p className="card-text muted">Not assessed.</p>}
      {report && (
        <>
          <Score report={report} />
          {report.state !== "valid" && (
            <Notice tone={report.state === "structureInvalid" ? "bad" : "warn"}>
              {report.state === "structureInvalid"
                ? "The document cannot be read as a contract."
                : "The document breaks rules of its format."}
            </Notice>
          )}
          {report.findings.length === 0 && <p className="card-text muted">No findings.</p>}
          <ul className="audit-list">
            {report.findings.slice(0, 200).map((finding) => {
              const open = chosen === finding.fingerprint;
              const line = finding.line;
              return (
                <li key={finding.fingerprint}>
                  <button
                    type="button"
                    data-row
                    className={open ? "audit-item audit-item-on" : "audit-item"}
                    aria-expanded={open}
                    onClick={() => {
                      setChosen(open ? null : finding.fingerprint);
                      if (line && !open) jump(line);
                    }}
                  >
                    <SeverityBadge severity={finding.severity} />
                    <span className="audit-item-text">
                      <Text text={finding.message} limit={140} />
                    </span>
                    <span className="muted nowrap">{line ? `line ${line}` : ""}</span>
                  </button>
                  {open && (
                    <FindingDetail
                      finding={finding}
                      rule={rules.data?.items.find((rule) => rule.id === finding.rule)}
                      jump={line ? () => jump(line) : undefined}
                    />
                  )}
                </li>
              );
            })}
          </ul>
          {report.findings.length > 200 && (
            <p className="card-text muted">
              The 200 worst of {report.findings.length} are shown; the Findings tab has all.
            </p>
          )}
          {report.outside_profile > 0 && (
            <p className="card-text muted">
              {plural(report.outside_profile, "more finding")} of advice:{" "}
              <code>palisade audit --profile strict</code> lists what else costs points.
            </p>
          )}
          <ClosedFindings findings={report.suppressed} />
        </>
      )}
    </Card>
  );
}

function Score({ report }: { report: AuditReport }) {
  return (
    <div className="score">
      <ScoreRing score={report.score} />
      <div className="score-parts">
        <ScorePart label="Security" value={report.score.security} most={30} />
        <ScorePart label="Data validation" value={report.score.data} most={70} />
      </div>
    </div>
  );
}

function Download({ api, source }: { api: Api; source: ContractSource }) {
  const save = async (type: "yaml" | "json") => {
    try {
      const response = await send(`/apis/${encodeURIComponent(api.id)}/contract?source=${source}`, {
        accept: `application/${type}`,
      });
      const address = URL.createObjectURL(await response.blob());
      const link = document.createElement("a");
      link.href = address;
      link.download = `${api.name.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 60) || "contract"}.${source}.openapi.${type}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      toastError("The contract could not be downloaded")(error as Error);
    }
  };
  return (
    <div className="button-row">
      <button type="button" className="button" onClick={() => save("yaml")}>
        <Icon name="download" /> YAML
      </button>
      <button type="button" className="button" onClick={() => save("json")}>
        <Icon name="download" /> JSON
      </button>
    </div>
  );
}

function Upload({ api }: { api: Api }) {
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<{ name: string; content: string; type: string } | null>(null);
  const upload = useUploadContract(api.id);
  const mayWrite = useMayWrite() && !api.read_only;
  const choose = async (event: ChangeEvent<HTMLInputElement>) => {
    const chosen = event.target.files?.[0];
    event.target.value = "";
    if (!chosen) return;
    if (chosen.size > MAX_UPLOAD) {
      toast("The file is larger than 10 MiB.", { tone: "bad" });
      return;
    }
    setFile({
      name: chosen.name,
      content: await chosen.text(),
      type: /\.json$/i.test(chosen.name) ? "application/json" : "application/yaml",
    });
  };
  const confirm = () => {
    if (!file) return;
    upload.mutate(file, {
      onSuccess: () => {
        setFile(null);
        setSearch({ source: "approved" });
        toast("The uploaded contract is now the approved one.");
      },
    });
  };
  const close = () => {
    setFile(null);
    upload.reset();
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        accept=".yaml,.yml,.json"
        tabIndex={-1}
        aria-label="Contract file"
        onChange={choose}
      />
      <button
        type="button"
        className="button"
        disabled={!mayWrite}
        title={api.read_only ? "A file manages this API" : undefined}
        onClick={() => input.current?.click()}
      >
        <Icon name="upload" /> Upload
      </button>
      <Dialog
        open={file !== null}
        title="Upload this contract?"
        onClose={close}
        actions={
          <>
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-primary"
              disabled={upload.isPending}
              onClick={confirm}
            >
              Upload and approve
            </button>
          </>
        }
      >
        <p>
          <strong>
            <Text text={file?.name ?? ""} limit={80} />
          </strong>{" "}
          becomes the approved contract of <Text text={api.name} limit={40} />. From then on requests are
          judged by it.
        </p>
        {api.mode === "block" && (
          <Notice tone="warn">
            The API is in block mode: what the new contract does not allow is rejected at once.
          </Notice>
        )}
        {upload.error && <Failed error={upload.error} doing="The contract was not taken" />}
      </Dialog>
    </>
  );
}

function Approve({ api }: { api: Api }) {
  const [open, setOpen] = useState(false);
  const approve = useApprove(api.id);
  const mayWrite = useMayWrite() && !api.read_only;
  const learned = api.contract.learned;
  const confirm = () =>
    approve.mutate(undefined, {
      onSuccess: () => {
        setOpen(false);
        setSearch({ source: "approved" });
        toast("The learned contract is approved.");
      },
    });
  return (
    <>
      <button
        type="button"
        className="button button-primary"
        disabled={!mayWrite}
        title={api.read_only ? "A file manages this API" : undefined}
        onClick={() => setOpen(true)}
      >
        <Icon name="check" /> Approve
      </button>
      <Dialog
        open={open}
        title="Approve the learned contract?"
        onClose={() => setOpen(false)}
        actions={
          <>
            <button type="button" className="button" onClick={() => setOpen(false)}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-primary"
              disabled={approve.isPending}
              onClick={confirm}
            >
              Approve
            </button>
          </>
        }
      >
        <ul className="consequences">
          <li>
            The contract as it stands now is frozen
            {learned
              ? `: ${plural(learned.operations, "operation")}, learned from ${plural(learned.exchanges, "exchange")}`
              : ""}
            .
          </li>
          <li>Operations that come later are shown as shadow instead of learned.</li>
          {api.contract.approved && <li>It replaces version {api.contract.approved.version}.</li>}
          <li>
            {api.mode === "block"
              ? "The API is in block mode: from now on requests that break this contract are rejected."
              : "Nothing is blocked by this. The switch to block is on the Protection tab, with a preview."}
          </li>
        </ul>
        {approve.error && <Failed error={approve.error} doing="The contract was not approved" />}
      </Dialog>
    </>
  );
}

/** The settings of an API's protection: a draft that is reviewed, tried on recent traffic, and saved. */

import { useEffect, useState } from "react";
import { type ProtectionDraft, useProtection } from "../../../api/queries";
import type { Api, ApiProtection } from "../../../api/types";
import { useMayWrite } from "../../../app/session";
import { Failed, Loading, Notice, Segmented, Time } from "../../../components/Basics";
import { Icon } from "../../../components/Icon";
import { Text } from "../../../components/Text";
import { plural } from "../../../lib/format";
import { differences } from "../../../lib/protection";
import {
  Answers,
  Bans,
  Checks,
  Enforcement,
  HeaderRules,
  Limits,
  Networks,
  Operations,
  Rates,
} from "./Parts";
import { Review } from "./Review";

export function SettingsView({ api }: { api: Api }) {
  const protection = useProtection(api.id);
  if (protection.data) return <Editor api={api} protection={protection.data} />;
  return protection.error ? (
    <Failed error={protection.error} retry={() => protection.refetch()} />
  ) : (
    <Loading />
  );
}

const draftOf = (protection: ApiProtection): ProtectionDraft => ({
  mode: protection.mode,
  settings: protection.settings,
});

function Editor({ api, protection }: { api: Api; protection: ApiProtection }) {
  const mayWrite = useMayWrite();
  // What the draft began from: a newer version does not overwrite what is being typed.
  const [base, setBase] = useState(protection);
  const [draft, setDraft] = useState(() => draftOf(protection));
  const [reviewing, setReviewing] = useState(false);
  const [round, setRound] = useState(0);
  const changed = differences(draftOf(base), draft);
  const dirty = changed.length > 0;
  const start = (from: ApiProtection) => {
    setBase(from);
    setDraft(draftOf(from));
    setRound((value) => value + 1);
  };
  const newer = protection.version !== base.version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new version begins anew, and only where nothing is typed
  useEffect(() => {
    if (newer && !dirty) start(protection);
  }, [newer, dirty]);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
  const fixed = protection.read_only || !mayWrite;
  const part = {
    settings: draft.settings,
    change: (settings: ProtectionDraft["settings"]) => setDraft({ ...draft, settings }),
  };
  return (
    <div className="stack protection-settings">
      {protection.read_only && (
        <Notice>
          A gateway file manages <Text text={api.name} limit={60} />: what it sets is shown here and changed
          there.
        </Notice>
      )}
      {!protection.read_only && !mayWrite && (
        <Notice>Viewers read the settings and cannot change them.</Notice>
      )}
      {protection.problem && (
        <Notice tone="bad">
          The gateway did not take the newest version and serves the last good one:{" "}
          <Text text={protection.problem} limit={300} />
        </Notice>
      )}
      {newer && dirty && (
        <Notice
          tone="warn"
          actions={
            <button type="button" className="button button-small" onClick={() => start(protection)}>
              Take the newer one
            </button>
          }
        >
          <Text text={protection.changed_by ?? "Somebody"} limit={40} /> changed the settings meanwhile: your
          changes cannot be saved on top of them.
        </Notice>
      )}
      <p className="muted settings-state">
        {protection.version === 0 ? (
          "Nothing was set yet: every check does its default."
        ) : (
          <>
            Version {protection.version}, set <Time time={protection.changed_at} /> by{" "}
            <Text text={protection.changed_by ?? "somebody"} limit={40} />.
          </>
        )}
      </p>
      <fieldset className="stack settings-parts" disabled={fixed} key={round}>
        <legend className="visually-hidden">Settings</legend>
        <section className="card settings-mode" aria-label="Mode">
          <div>
            <h2>Mode</h2>
            <p className="muted">
              {draft.mode === "block"
                ? "What a check prevents is refused."
                : "Nothing is refused; what block mode would refuse is told."}
            </p>
          </div>
          <Segmented
            label="Mode"
            value={draft.mode}
            options={[
              { value: "observe", label: "Observe" },
              {
                value: "block",
                label: "Block",
                disabled: !api.contract.approved && draft.mode !== "block",
                title: api.contract.approved ? undefined : "Approve a contract first",
              },
            ]}
            onChange={(mode) => setDraft({ ...draft, mode })}
          />
        </section>
        <Enforcement {...part} />
        <Checks {...part} checks={protection.checks} />
        <Operations {...part} api={api.id} checks={protection.checks} />
        <Networks {...part} />
        <Rates {...part} />
        <Bans {...part} />
        <Limits {...part} />
        <HeaderRules {...part} />
        <Answers {...part} />
      </fieldset>
      {dirty && !fixed && (
        <section className="save-bar" aria-label="Unsaved changes">
          <Icon name="info" />
          <span className="save-bar-text" role="status">
            {plural(changed.length, "unsaved change")}
          </span>
          <button type="button" className="button" onClick={() => start(protection)}>
            Discard
          </button>
          <button type="button" className="button button-primary" onClick={() => setReviewing(true)}>
            Review and save
          </button>
        </section>
      )}
      <Review
        api={api}
        open={reviewing}
        draft={draft}
        version={base.version}
        changed={changed}
        onClose={() => setReviewing(false)}
        onSaved={(saved) => {
          setReviewing(false);
          start(saved);
        }}
      />
    </div>
  );
}

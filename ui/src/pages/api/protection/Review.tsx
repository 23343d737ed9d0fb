/** Before a change is saved: what it changes, and what it would have done to the newest requests. */

import { ApiError } from "../../../api/client";
import { type ProtectionDraft, useSaveProtection, useTrial } from "../../../api/queries";
import type { Api, ApiProtection, ProtectionTrial, TrialChange } from "../../../api/types";
import { Link, routes } from "../../../app/router";
import { toast } from "../../../app/toasts";
import { Method } from "../../../components/Badges";
import { Failed, Loading, Notice, Time } from "../../../components/Basics";
import { BlockMeter } from "../../../components/Charts";
import { Dialog } from "../../../components/Dialog";
import { Text } from "../../../components/Text";
import { count, plural } from "../../../lib/format";
import { checkLabel, type Difference, placeLabel, valueLabel } from "../../../lib/protection";

export function Review({
  api,
  open,
  draft,
  version,
  changed,
  onClose,
  onSaved,
}: {
  api: Api;
  open: boolean;
  draft: ProtectionDraft;
  version: number;
  changed: Difference[];
  onClose: () => void;
  onSaved: (saved: ApiProtection) => void;
}) {
  const trial = useTrial(api.id, open ? draft : null);
  const save = useSaveProtection(api.id);
  const close = () => {
    save.reset();
    onClose();
  };
  const refused = save.error ?? trial.error;
  return (
    <Dialog
      open={open}
      wide
      title="Save these changes?"
      onClose={close}
      actions={
        <>
          <button type="button" className="button" onClick={close}>
            Go on editing
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={save.isPending || trial.isPending || trial.error !== null}
            onClick={() =>
              save.mutate(
                { draft, version },
                {
                  onSuccess: (saved) => {
                    toast(`Saved: version ${saved.version} is in force.`);
                    save.reset();
                    onSaved(saved);
                  },
                },
              )
            }
          >
            Save
          </button>
        </>
      }
    >
      <h3>What changes</h3>
      <Differences changed={changed} />
      <h3>What it would have done</h3>
      {trial.isPending && <Loading label="Trying it on recent requests" />}
      {trial.data && <Trial api={api} trial={trial.data} />}
      {refused && <Mistakes error={refused} />}
    </Dialog>
  );
}

/** What is missing from a list is nothing, elsewhere it is the default. */
const oneLabel = (one: Difference, value: unknown) =>
  (value === null || value === undefined) && /\/\d+$/.test(one.pointer) ? "nothing" : valueLabel(value);

export function Differences({ changed }: { changed: Difference[] }) {
  return (
    <ul className="changes-list">
      {changed.slice(0, 60).map((one) => (
        <li key={one.pointer}>
          <span className="changes-place">
            <Text text={placeLabel(one.pointer)} limit={120} />
          </span>{" "}
          <Text text={oneLabel(one, one.before)} limit={160} className="changes-before" />{" "}
          <span aria-hidden="true">→</span>
          <span className="visually-hidden">becomes</span>{" "}
          <Text text={oneLabel(one, one.after)} limit={160} className="changes-after" />
        </li>
      ))}
      {changed.length > 60 && <li className="muted">and {plural(changed.length - 60, "more place")}</li>}
    </ul>
  );
}

/** Why it was refused, with the places that the control plane named. */
function Mistakes({ error }: { error: Error }) {
  const places = error instanceof ApiError ? error.errors.filter((one) => one.pointer) : [];
  if (places.length === 0) return <Failed error={error} doing="This cannot be saved" />;
  return (
    <Notice tone="bad">
      <strong>This cannot be saved.</strong>
      <ul className="plain-list">
        {places.slice(0, 20).map((place) => (
          <li key={`${place.pointer} ${place.code}`}>
            <Text text={placeLabel(place.pointer)} limit={120} />: <Text text={place.message} limit={300} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Trial({ api, trial }: { api: Api; trial: ProtectionTrial }) {
  if (trial.exchanges === 0) {
    return (
      <Notice tone="warn">
        There are no recent requests to try it on, so nobody can say what it would refuse. Let some traffic
        pass first.
      </Notice>
    );
  }
  const would = trial.supposed ? "In block mode this would have refused" : "This would have refused";
  const parts = trial.not_assessed.filter((one) => one.count > 0);
  return (
    <div className="trial">
      <p className="preview-number">
        {would} <strong>{count(trial.refused_after)}</strong> of <strong>{count(trial.exchanges)}</strong>{" "}
        requests since <Time time={trial.since} />
      </p>
      <BlockMeter part={trial.refused_after} whole={trial.exchanges} />
      <ul className="trial-figures">
        <Figure value={trial.newly_refused} tone="bad" words="more refused than now" />
        <Figure value={trial.newly_passed} tone="good" words="refused now, would pass" />
        <Figure value={trial.newly_told} tone="warn" words="would newly be told" />
        <Figure value={trial.no_longer_told} tone="none" words="would not be told any more" />
      </ul>
      {trial.rollout !== null && trial.rollout !== undefined && trial.rollout < 100 && (
        <p className="muted">Of these, {trial.rollout} % are refused: that is the rollout.</p>
      )}
      {trial.partly_assessed > 0 && (
        <p className="muted">
          {plural(trial.partly_assessed, "request")} could not be assessed in full (
          <Text text={parts.map((one) => `${one.part}: ${count(one.count)}`).join(", ")} limit={200} />
          ); whether they would pass is not known.
        </p>
      )}
      {trial.changes.length === 0 ? (
        <p className="muted">Nothing that came would have been treated differently.</p>
      ) : (
        <ul className="trial-changes">
          {trial.changes.map((change) => (
            <TrialRow
              key={`${change.kind} ${change.operation ?? ""} ${change.check ?? ""} ${change.code} ${change.in} ${change.name} ${change.pointer}`}
              api={api}
              change={change}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Figure({ value, tone, words }: { value: number; tone: string; words: string }) {
  return (
    <li className={value > 0 ? `trial-figure trial-figure-${tone}` : "trial-figure"}>
      <strong>{count(value)}</strong> {words}
    </li>
  );
}

const KIND: Record<TrialChange["kind"], { label: string; badge: string }> = {
  refused: { label: "refused", badge: "effect-prevent" },
  passed: { label: "passes", badge: "mode-block" },
  told: { label: "told", badge: "effect-alert" },
  silent: { label: "not told", badge: "mode-observe" },
};

function TrialRow({ api, change }: { api: Api; change: TrialChange }) {
  const [method = "", path = ""] = (change.operation ?? "").split(/ (.*)/s);
  const place = change.name || change.pointer;
  return (
    <li>
      <details className="trial-change">
        <summary>
          <span className={`badge ${KIND[change.kind].badge}`}>{KIND[change.kind].label}</span>
          <span className="reason-count">{count(change.count)}×</span>
          <span className="reason-text">
            {change.operation ? (
              <span className="operation">
                <Method method={method} />
                <Text text={path} limit={70} className="mono" />
              </span>
            ) : (
              <span className="muted">no operation</span>
            )}{" "}
            <span className="tag">{checkLabel(change.check)}</span> <Text text={change.message} limit={160} />
            {place && (
              <>
                {" "}
                <code>
                  <Text text={place} limit={50} />
                </code>
              </>
            )}
          </span>
        </summary>
        <ul className="trial-examples">
          {change.examples.map((example) => (
            <li key={example.uuid}>
              <Method method={example.method} />
              <Text text={example.path} limit={90} className="mono" />
              <span className="muted">
                {example.status || "no answer"}, <Time time={example.time} />
                {example.client && (
                  <>
                    , <Text text={example.client} limit={40} />
                  </>
                )}
              </span>
              {example.event && <Link href={routes.event(example.event)}>event</Link>}
            </li>
          ))}
          {change.operation_id && (
            <li>
              <Link href={routes.operation(api.id, change.operation_id)}>Open the operation</Link>
            </li>
          )}
        </ul>
      </details>
    </li>
  );
}

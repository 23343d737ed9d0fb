/** What people set for a third-party API: one form to add it and to change it. */

import { type FormEvent, type ReactNode, useState } from "react";
import { useApis } from "../../api/queries";
import type { NewThirdParty, Schedule, Severity, ThirdParty, Weekday } from "../../api/types";
import { Failed } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";

export type Settings = Omit<NewThirdParty, "url">;

const GRADES = ["A+", "A", "B", "C", "D", "E", "F"];
const SEVERITIES: Severity[] = ["critical", "high", "medium", "low", "info"];
const DAYS: Weekday[] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

interface Props {
  open: boolean;
  title: string;
  submit: string;
  party?: ThirdParty;
  error: Error | null;
  pending: boolean;
  onClose: () => void;
  onSubmit: (url: string, settings: Settings) => void;
}

export function ThirdPartyForm(props: Props) {
  return (
    <Dialog
      open={props.open}
      title={props.title}
      onClose={props.onClose}
      actions={
        <>
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button type="submit" form="third-party" className="button button-primary" disabled={props.pending}>
            {props.submit}
          </button>
        </>
      }
    >
      {/* Made anew each time it opens: it begins with what is set. */}
      <Fields {...props} />
    </Dialog>
  );
}

const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== "");

function Fields({ party, error, onSubmit }: Props) {
  const apis = useApis();
  const policy = party?.policy;
  const given = party?.schedule;
  const [url, setUrl] = useState(party?.url ?? "");
  const [name, setName] = useState(party?.name ?? "");
  const [kind, setKind] = useState<Schedule["kind"]>(given?.kind ?? "daily");
  const [every, setEvery] = useState(given?.kind === "hours" ? String(given.every) : "6");
  const [at, setAt] = useState(given?.kind === "daily" || given?.kind === "weekly" ? given.at : "03:00");
  const [day, setDay] = useState<Weekday>(given?.kind === "weekly" ? given.day : "monday");
  const [probe, setProbe] = useState(String(party?.probe_minutes ?? 5));
  const [grade, setGrade] = useState(policy?.minimum_grade ?? "");
  const [highest, setHighest] = useState(policy?.highest_accepted_severity ?? "");
  const [countries, setCountries] = useState(policy?.countries?.join(", ") ?? "");
  const [selectors, setSelectors] = useState(party?.selectors.join(", ") ?? "");
  const [contract, setContract] = useState(party?.contract_api_id ?? "");
  const [ports, setPorts] = useState(party?.ports ?? false);
  const [isPrivate, setPrivate] = useState(party?.allow_private ?? false);
  const schedule = (): Schedule => {
    switch (kind) {
      case "hours":
        return { kind, every: Number(every) };
      case "daily":
        return { kind, at };
      case "weekly":
        return { kind, day, at };
      default:
        return { kind: "off" };
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const allowed = words(countries);
    onSubmit(url.trim(), {
      ...(name.trim() === "" ? {} : { name: name.trim() }),
      // An empty text takes the contract of one that is changed away; one that is added has none.
      ...(contract === "" && !party ? {} : { contract_api_id: contract }),
      selectors: words(selectors),
      ports,
      allow_private: isPrivate,
      // Conditions that this form does not show stay.
      policy: {
        ...policy,
        minimum_grade: grade || null,
        highest_accepted_severity: highest || null,
        countries: allowed.length > 0 ? allowed : null,
      },
      schedule: schedule(),
      probe_minutes: Number(probe),
    });
  };
  return (
    <form id="third-party" className="form third-party-form" onSubmit={submit}>
      {!party && (
        <label>
          URL
          <input
            type="url"
            value={url}
            placeholder="https://api.example.com"
            required
            onChange={(event) => setUrl(event.target.value)}
          />
        </label>
      )}
      <label>
        Name
        <input
          value={name}
          maxLength={100}
          required={party !== undefined}
          placeholder="The host, unless you give one"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <div className="form-row">
        <label>
          Assess again
          <select value={kind} onChange={(event) => setKind(event.target.value as Schedule["kind"])}>
            <option value="off">only when asked</option>
            <option value="hours">every few hours</option>
            <option value="daily">every day</option>
            <option value="weekly">every week</option>
          </select>
        </label>
        {kind === "hours" && (
          <label>
            Hours
            <input
              type="number"
              min="1"
              max="744"
              required
              value={every}
              onChange={(event) => setEvery(event.target.value)}
            />
          </label>
        )}
        {kind === "weekly" && (
          <label>
            Day
            <select value={day} onChange={(event) => setDay(event.target.value as Weekday)}>
              {DAYS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
        )}
        {(kind === "daily" || kind === "weekly") && (
          <label>
            Time, UTC
            <input type="time" required value={at} onChange={(event) => setAt(event.target.value)} />
          </label>
        )}
        <label>
          Minutes between availability checks
          <input
            type="number"
            min="0"
            max="1440"
            required
            title="0: it is not measured"
            value={probe}
            onChange={(event) => setProbe(event.target.value)}
          />
        </label>
      </div>
      <Part title="Policy: what you accept">
        <div className="form-row">
          <label>
            Lowest grade
            <select value={grade} onChange={(event) => setGrade(event.target.value)}>
              <option value="">any</option>
              {GRADES.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Worst severity
            <select value={highest} onChange={(event) => setHighest(event.target.value)}>
              <option value="">any</option>
              {[...SEVERITIES, "none"].map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            Countries
            <input
              value={countries}
              placeholder="any; or DE, FR"
              onChange={(event) => setCountries(event.target.value)}
            />
          </label>
        </div>
      </Part>
      <Part title="What is looked at">
        <div className="form-row">
          <label>
            DKIM selectors
            <input
              value={selectors}
              placeholder="beside the common ones"
              onChange={(event) => setSelectors(event.target.value)}
            />
          </label>
          <label>
            Contract
            <select value={contract} onChange={(event) => setContract(event.target.value)}>
              <option value="">as it publishes it</option>
              {(apis.data?.items ?? []).map((api) => (
                <option key={api.id} value={api.id}>
                  of {api.name}
                </option>
              ))}
            </select>
          </label>
        </div>
        <label className="check">
          <input type="checkbox" checked={ports} onChange={(event) => setPorts(event.target.checked)} />
          Try a short list of risky ports
        </label>
        <label className="check">
          <input type="checkbox" checked={isPrivate} onChange={(event) => setPrivate(event.target.checked)} />
          It lies on this machine or a private network
        </label>
      </Part>
      {error && <Failed error={error} doing={party ? "It was not changed" : "It was not added"} />}
    </form>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="form-part">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

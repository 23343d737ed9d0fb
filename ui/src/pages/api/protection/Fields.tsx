/** Inputs of the settings: small, labelled, the same in every part. */

import { useId, useState } from "react";
import type { CheckAction } from "../../../api/types";
import { Icon } from "../../../components/Icon";
import { ACTION_ORDER, ACTIONS } from "../../../lib/protection";

/** A whole number, or nothing. */
export function NumberField({
  label,
  value,
  placeholder,
  most,
  least = 1,
  unit,
  fraction = false,
  onChange,
}: {
  label: string;
  value: number | null | undefined;
  placeholder?: string;
  least?: number;
  most?: number;
  unit?: string;
  /** Thousandths are good too. */
  fraction?: boolean;
  onChange: (value: number | null) => void;
}) {
  return (
    <label className="setting">
      <span>{label}</span>
      <span className="setting-input">
        <input
          type="number"
          inputMode={fraction ? "decimal" : "numeric"}
          min={fraction ? 0 : least}
          max={most}
          step={fraction ? "any" : 1}
          value={value ?? ""}
          placeholder={placeholder}
          onChange={(event) => {
            const text = event.target.value;
            const number = fraction ? Number(text) : Math.trunc(Number(text));
            onChange(text === "" || !Number.isFinite(number) ? null : number);
          }}
        />
        {unit && <span className="muted">{unit}</span>}
      </span>
    </label>
  );
}

const wordsOf = (text: string) =>
  text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");

/** Words between commas; kept as written while it is typed in. */
export function WordsField({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: string[];
  placeholder?: string;
  onChange: (value: string[]) => void;
}) {
  const [text, setText] = useState(value.join(", "));
  const typed = wordsOf(text).join() === value.join();
  return (
    <label className="setting">
      <span>{label}</span>
      <input
        value={typed ? text : value.join(", ")}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          onChange(wordsOf(event.target.value));
        }}
      />
    </label>
  );
}

export function TextField({
  label,
  value,
  placeholder,
  hidden,
  onChange,
}: {
  label: string;
  value: string;
  placeholder?: string;
  hidden?: boolean;
  onChange: (value: string) => void;
}) {
  return (
    <label className="setting">
      <span className={hidden ? "visually-hidden" : undefined}>{label}</span>
      <input
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

/** What a check does; the first choice leaves it to what stands above. */
export function ActionSelect({
  label,
  value,
  inherited,
  hidden = true,
  onChange,
}: {
  label: string;
  value: CheckAction | null | undefined;
  /** What it does when nothing is chosen. */
  inherited: string;
  hidden?: boolean;
  onChange: (value: CheckAction | null) => void;
}) {
  return (
    <label className={hidden ? "select" : "setting"}>
      <span className={hidden ? "visually-hidden" : undefined}>{label}</span>
      <select
        value={value ?? ""}
        className={value ? "select-set" : undefined}
        onChange={(event) => onChange((event.target.value || null) as CheckAction | null)}
      >
        <option value="">{inherited}</option>
        {ACTION_ORDER.map((action) => (
          <option key={action} value={action}>
            {ACTIONS[action].label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: { value: T; label: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <label className="setting">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.target.value as T)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export function Switch({
  label,
  help,
  value,
  onChange,
}: {
  label: string;
  help: string;
  value: boolean;
  onChange: (value: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="switch">
      <input
        id={id}
        type="checkbox"
        checked={value}
        aria-describedby={`${id}-help`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      <p id={`${id}-help`} className="sub">
        {help}
      </p>
    </div>
  );
}

export function RemoveButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} onClick={onClick}>
      <Icon name="close" />
    </button>
  );
}

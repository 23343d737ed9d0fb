/** Small building blocks that every page uses. */

import { type ReactNode, useId, useState } from "react";
import { useNow } from "../app/now";
import { toast } from "../app/toasts";
import { absolute, relative } from "../lib/format";
import { Icon, type IconName } from "./Icon";

export function Time({ time, none = "never" }: { time: string | null | undefined; none?: string }) {
  const now = useNow();
  if (!time) return <span className="muted">{none}</span>;
  return (
    <time dateTime={time} title={absolute(time)}>
      {relative(time, now)}
    </time>
  );
}

/** Copies text and says so; without clipboard access the text is selected instead. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } catch {
      toast("The browser did not allow copying: select the text instead.", { tone: "bad" });
    }
  };
  return (
    <button
      type="button"
      className="button button-small copy"
      onClick={copy}
      aria-label={`${label} to the clipboard`}
    >
      <Icon name={copied ? "check" : "copy"} />
      <span>{copied ? "Copied" : label}</span>
    </button>
  );
}

/** A command to try, with a copy button. */
export function Command({ command }: { command: string }) {
  return (
    <div className="command">
      <code>{command}</code>
      <CopyButton text={command} />
    </div>
  );
}

export function Card({
  title,
  actions,
  children,
  className,
  note,
}: {
  title?: ReactNode;
  actions?: ReactNode;
  note?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section className={className ? `card ${className}` : "card"} aria-labelledby={title ? id : undefined}>
      {title && (
        <header className="card-head">
          <h2 id={id}>{title}</h2>
          {note && <span className="card-note">{note}</span>}
          {actions && <div className="card-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h3>{title}</h3>
      {children}
    </div>
  );
}

/** What an empty page says while no traffic has come: how to send some. */
export function SendTraffic({
  gateway,
  title = "Waiting for traffic",
}: {
  gateway: string | null | undefined;
  title?: string;
}) {
  return (
    <Empty icon="events" title={title}>
      {gateway ? (
        <>
          <p>Point a client at the gateway. What it sees appears here within two seconds.</p>
          <Command command={`curl -i ${gateway}/`} />
        </>
      ) : (
        <p>
          No gateway runs in this process. Start one with{" "}
          <code>palisade serve --upstream http://127.0.0.1:3000</code>.
        </p>
      )}
    </Empty>
  );
}

export function Loading({ label = "Loading" }: { label?: string }) {
  return (
    <div className="loading" role="status">
      <span className="loading-bar" aria-hidden="true" />
      <span className="visually-hidden">{label}</span>
    </div>
  );
}

export function Failed({
  error,
  retry,
  doing = "This could not be read",
}: {
  error: Error;
  retry?: () => void;
  doing?: string;
}) {
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="alert" />
      <div>
        <strong>{doing}.</strong> {error.message}
      </div>
      {retry && (
        <button type="button" className="button button-small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Notice({
  tone = "info",
  children,
  actions,
}: {
  tone?: "info" | "warn" | "bad" | "good";
  children: ReactNode;
  actions?: ReactNode;
}) {
  const icons = { info: "info", warn: "alert", bad: "alert", good: "check" } as const;
  return (
    <div className={`notice notice-${tone}`}>
      <Icon name={icons[tone]} />
      <div>{children}</div>
      {actions}
    </div>
  );
}

interface SegmentedProps<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string; disabled?: boolean; title?: string | undefined }[];
  onChange: (value: T) => void;
}

/** A choice of few, all visible. Arrow keys move between them as in any radio group. */
export function Segmented<T extends string>({ label, value, options, onChange }: SegmentedProps<T>) {
  const name = useId();
  return (
    <div className="segmented" role="radiogroup" aria-label={label}>
      {options.map((option) => (
        <label
          key={option.value}
          className={option.value === value ? "segment segment-on" : "segment"}
          title={option.title}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.disabled}
            onChange={() => onChange(option.value)}
          />
          {option.label}
        </label>
      ))}
    </div>
  );
}

export function SearchField({
  value,
  onChange,
  label,
  placeholder,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
  placeholder?: string;
}) {
  return (
    <label className="search">
      <Icon name="search" />
      <span className="visually-hidden">{label}</span>
      <input
        type="search"
        data-search
        value={value}
        placeholder={placeholder ?? label}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => onChange(event.target.value)}
      />
      <span className="search-key" aria-hidden="true">
        /
      </span>
    </label>
  );
}

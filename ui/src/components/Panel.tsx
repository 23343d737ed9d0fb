/** The side panel: details beside a list. The list stays usable; Escape closes and gives the focus back. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import { Icon } from "./Icon";

export function Panel({
  title,
  children,
  onClose,
  name,
}: {
  title: ReactNode;
  children: ReactNode;
  onClose: () => void;
  name: string;
}) {
  const element = useRef<HTMLElement>(null);
  const opener = useRef<Element | null>(null);
  const close = useRef(onClose);
  close.current = onClose;
  const id = useId();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject takes the focus anew
  useEffect(() => {
    const active = document.activeElement;
    if (!element.current?.contains(active)) opener.current = active;
    element.current?.focus({ preventScroll: true });
    element.current?.scrollTo(0, 0);
  }, [name]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      close.current();
    };
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", press);
      if (opener.current instanceof HTMLElement && opener.current.isConnected)
        opener.current.focus({ preventScroll: true });
    };
  }, []);
  return (
    <aside ref={element} className="panel" tabIndex={-1} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close panel" onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="panel-body">{children}</div>
    </aside>
  );
}

export function PanelSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="panel-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

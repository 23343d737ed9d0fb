/** The console's keys. Rows carry `data-row`, search fields `data-search`: no page has to register anything. */

import { useEffect, useRef, useState } from "react";
import { Dialog } from "../components/Dialog";
import { go, routes } from "./router";

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type)));

function moveRow(step: 1 | -1) {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")].filter(
    (row) => row.offsetParent !== null,
  );
  if (rows.length === 0) return;
  const current = rows.findIndex(
    (row) => row === document.activeElement || row.contains(document.activeElement),
  );
  const marked =
    current >= 0 ? current : rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const target =
    marked < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, marked + step));
  rows[target]?.focus();
  rows[target]?.scrollIntoView({ block: "nearest" });
}

const PLACES: Record<string, () => string> = {
  o: routes.overview,
  a: routes.apis,
  e: () => routes.events(),
  t: () => routes.thirdParties(),
  s: routes.settings,
};

const KEYS: [string[], string][] = [
  [["g", "o"], "Go to overview"],
  [["g", "a"], "Go to APIs"],
  [["g", "t"], "Go to third parties"],
  [["g", "e"], "Go to events"],
  [["g", "s"], "Go to settings"],
  [["/"], "Search on this page"],
  [["j"], "Next row (also arrow down)"],
  [["k"], "Previous row (also arrow up)"],
  [["Enter"], "Open the row"],
  [["Esc"], "Close the panel or dialog"],
  [["?"], "This help"],
];

export function Keyboard() {
  const [help, setHelp] = useState(false);
  const leader = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (document.querySelector("dialog[open]")) return;
      if (typing(event.target)) {
        if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      const follows = Date.now() - leader.current < 1200;
      leader.current = 0;
      if (follows) {
        const place = PLACES[event.key];
        if (place) {
          event.preventDefault();
          go(place());
          return;
        }
      }
      const inWidget =
        event.target instanceof HTMLElement &&
        event.target.closest("[role=tablist],[role=radiogroup],.source") !== null;
      switch (event.key) {
        case "g":
          leader.current = Date.now();
          break;
        case "/": {
          const field = document.querySelector<HTMLInputElement>("[data-search]");
          if (field) {
            event.preventDefault();
            field.focus();
            field.select();
          }
          break;
        }
        case "j":
          moveRow(1);
          break;
        case "k":
          moveRow(-1);
          break;
        case "ArrowDown":
        case "ArrowUp":
          if (!inWidget && document.activeElement?.hasAttribute("data-row")) {
            event.preventDefault();
            moveRow(event.key === "ArrowDown" ? 1 : -1);
          }
          break;
        case "?":
          event.preventDefault();
          setHelp(true);
          break;
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  return (
    <Dialog open={help} title="Keyboard" onClose={() => setHelp(false)}>
      <dl className="keys">
        {KEYS.map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

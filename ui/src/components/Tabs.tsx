/** The parts of a page, as links. */

import { Link } from "../app/router";

export function Tabs({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: { key: string; label: string; href: string; count?: number | undefined }[];
  current: string;
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <Link
          key={tab.key}
          href={tab.href}
          className={tab.key === current ? "tab tab-on" : "tab"}
          aria-current={tab.key === current ? "page" : undefined}
        >
          {tab.label}
          {tab.count !== undefined && <span className="chip-count"> {tab.count}</span>}
        </Link>
      ))}
    </nav>
  );
}

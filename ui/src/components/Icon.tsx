/** The console's icons, drawn on a grid of 16 with strokes in the text's colour. Always decorative: labels are text. */

const SHAPES = {
  overview:
    "M2.500 2.500h4.500v5h-4.500zM9 2.500h4.500v3h-4.500zM9 8h4.500v5.500h-4.500zM2.500 10h4.500v3.500h-4.500z",
  apis: "M8 1.800l5.500 3v6.400l-5.500 3-5.500-3V4.800zM2.700 4.900L8 7.900l5.300-3M8 7.900v6.200",
  globe: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM2 8h12M8 2c-2.300 2-2.300 10 0 12M8 2c2.300 2 2.300 10 0 12",
  events: "M1.500 8.500h3l2-5.500 3 10 2-4.500h3",
  settings:
    "M2 4.500h7M12.500 4.500H14M2 11.500h1.500M7 11.500h7M9 2.800v3.400h3.500V2.800zM3.500 9.800v3.400H7V9.800z",
  search: "M7 2.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM10.300 10.300l3.400 3.400",
  copy: "M5.500 5.500v-3h8v8h-3M2.500 5.500h8v8h-8z",
  check: "M3 8.500l3.500 3.500L13 4.500",
  close: "M4 4l8 8M12 4l-8 8",
  alert: "M8 2l6.500 11.500h-13zM8 6.500v3.500M8 11.700v.3",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.500V11M8 5v.3",
  shield: "M8 1.800l5 2v4c0 3-2 5.300-5 6.400-3-1.100-5-3.400-5-6.400v-4z",
  lock: "M3.500 7.500h9v6h-9zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500",
  open: "M3.500 7.500h9v6h-9zM5.500 7.500V5a2.500 2.500 0 0 1 4.800-1",
  eye: "M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8zM8 6.300a1.700 1.700 0 1 0 0 3.400 1.700 1.700 0 0 0 0-3.400z",
  ghost:
    "M3.500 13.500V7a4.500 4.500 0 0 1 9 0v6.500l-2.200-1.500L8 13.500 5.700 12zM6.200 6.500v1M9.800 6.500v1",
  leak: "M8 1.800S3.500 7 3.500 10a4.500 4.500 0 0 0 9 0C12.500 7 8 1.800 8 1.800z",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 4.500V8l2.500 1.500",
  download: "M8 2v8M4.500 7L8 10.500 11.500 7M2.500 13.500h11",
  upload: "M8 10.500V2.500M4.500 6L8 2.500 11.500 6M2.500 13.500h11",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  moon: "M13 9.500A5.500 5.500 0 0 1 6.500 3 5.500 5.500 0 1 0 13 9.500z",
  up: "M4 10l4-4 4 4",
  down: "M4 6l4 4 4-4",
  right: "M6 4l4 4-4 4",
  undo: "M5.500 3L2.500 6l3 3M2.500 6h7a4 4 0 0 1 0 8H6",
  pause: "M5.500 3.500v9M10.500 3.500v9",
  play: "M5 3l8 5-8 5z",
  out: "M6.500 2.500h-4v11h4M7 8h7M11 5l3 3-3 3",
  key: "M10.500 2a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM8 8l-5.500 5.500M4 12l1.500 1.500",
  keyboard: "M1.500 4h13v8h-13zM4 6.700v.1M6.700 6.700v.1M9.300 6.700v.1M12 6.700v.1M5 9.500h6",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, className }: { name: IconName; className?: string }) {
  return (
    <svg
      className={className ? `icon ${className}` : "icon"}
      viewBox="0 0 16 16"
      width="16"
      height="16"
      aria-hidden="true"
      focusable="false"
    >
      <path
        d={SHAPES[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" className="logo-ground" />
      <path
        d="M8 25V11l2.500-3.500L13 11v14zM13.500 25V9L16 5.500 18.500 9v16zM19 25V11l2.500-3.500L24 11v14z"
        className="logo-stakes"
      />
      <path d="M6 15.500h20M6 20.500h20" className="logo-rails" strokeWidth="1.400" />
    </svg>
  );
}

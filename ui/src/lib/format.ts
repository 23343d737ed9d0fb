/** Numbers and times as people read them. All pure; the clock is handed in. */

const number = new Intl.NumberFormat("en-US");
const compactNumber = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
const dateTime = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

export const count = (value: number) => number.format(value);
/** 12,345 stays exact; from a hundred thousand on it is shortened. */
export const shortCount = (value: number) =>
  value < 100_000 ? number.format(value) : compactNumber.format(value);

/** `1 call`, `2 calls`. */
export const plural = (value: number, one: string, many = `${one}s`) =>
  `${count(value)} ${value === 1 ? one : many}`;

/** A score or a loss: one decimal, none when it is whole. */
export const points = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

export const percent = (part: number, whole: number) => {
  if (whole <= 0) return "0 %";
  const value = (part / whole) * 100;
  if (value > 0 && value < 1) return "< 1 %";
  if (value < 100 && value > 99) return "> 99 %";
  return `${Math.round(value)} %`;
};

export function absolute(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : dateTime.format(date);
}

export const clockTime = (milliseconds: number) => clock.format(new Date(milliseconds));

/** `just now`, `12 s ago`, `5 min ago`, `3 h ago`, `4 d ago`; a time to come reads `in 5 min`. */
export function relative(time: string, now: number): string {
  const then = Date.parse(time);
  if (Number.isNaN(then)) return time;
  const seconds = Math.round((now - then) / 1000);
  const size = Math.abs(seconds);
  if (size < 3) return "just now";
  const text =
    size < 60
      ? `${size} s`
      : size < 3600
        ? `${Math.floor(size / 60)} min`
        : size < 86_400
          ? `${Math.floor(size / 3600)} h`
          : `${Math.floor(size / 86_400)} d`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

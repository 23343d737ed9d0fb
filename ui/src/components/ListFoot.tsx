/** The foot of a list that is read piece by piece: how much is shown, and the way to more. */

/** Rows that a list begins with. */
export const LIST_STEP = 100;

export function ListFoot({
  shown,
  more,
  label,
  limit,
  most,
  onLimit,
}: {
  /** For example `3 jobs`. */
  shown: string;
  /** Whether the control plane has more. */
  more: boolean;
  /** What the button says. */
  label: string;
  limit: number;
  /** Rows shown at most. */
  most: number;
  onLimit: (limit: number) => void;
}) {
  return (
    <div className="table-foot">
      <span className="muted">{shown} shown</span>
      {more && limit < most && (
        <button
          type="button"
          className="button button-small"
          onClick={() => onLimit(Math.min(most, limit + LIST_STEP * 2))}
        >
          {label}
        </button>
      )}
      {more && limit >= most && <span className="muted">There are more: narrow the filters.</span>}
    </div>
  );
}

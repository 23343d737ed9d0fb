// What the language server says of a file's score, and how it is shown. No editor in here, so that it is tested alone.

/** Findings by severity. */
export interface Summary {
  critical: number;
  high: number;
  medium: number;
  low: number;
  info: number;
}

/** One operation of a contract. */
export interface OperationScore {
  operation: string;
  /** 0 to 100. */
  score: number;
  /** Points of the contract's score that it loses. */
  lost: number;
}

/** The notification `palisade/score`. Without `score` the file is no contract. */
export interface Score {
  uri: string;
  state?: "valid" | "semanticInvalid" | "structureInvalid";
  score?: { total: number; security: number; data: number };
  summary?: Summary;
  title?: string;
  operations?: OperationScore[];
}

/** What the status bar shows. */
export interface Status {
  text: string;
  tooltip: string;
  /** Drawn as a warning. */
  warn: boolean;
}

/** The status bar for a file; none when it is no contract. */
export function status(score: Score | undefined): Status | undefined {
  if (!score?.score || !score.summary) {
    return undefined;
  }
  if (score.state === "structureInvalid") {
    return { text: "$(shield) not readable", tooltip: "Palisade: the contract cannot be read", warn: true };
  }
  const { total, security, data } = score.score;
  const counts = (["critical", "high", "medium", "low", "info"] as const)
    .filter((severity) => (score.summary?.[severity] ?? 0) > 0)
    .map((severity) => `${score.summary?.[severity]} ${severity}`);
  const found = counts.length > 0 ? counts.join(", ") : "no findings";
  return {
    text: `$(shield) ${total}`,
    tooltip: `Palisade: ${total} of 100 (security ${security} of 30, data ${data} of 70); ${found}`,
    warn: score.summary.critical > 0,
  };
}

/** Operations as a list to pick from, those that cost most first. */
export function ranking(score: Score): { label: string; description: string }[] {
  return [...(score.operations ?? [])]
    .sort((a, b) => b.lost - a.lost || (a.operation < b.operation ? -1 : 1))
    .map((one) => ({
      label: one.operation,
      description: `score ${one.score} of 100, costs ${one.lost} points`,
    }));
}

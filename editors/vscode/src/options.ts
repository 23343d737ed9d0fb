// From the user's settings to what the server is started with and told. No editor in here.

/** How a setting is read. */
export type Read = <T>(key: string) => T | undefined;

/** The program to start. */
export function command(read: Read): string {
  return read<string>("path")?.trim() || "palisade";
}

/** What the server is told: at the start as initialization options, later as a change of the configuration. */
export function serverSettings(read: Read): Record<string, unknown> {
  return {
    // Empty: what `.palisade.yaml` says.
    profile: read<string>("profile") ?? "",
    lens: read<boolean>("lens") ?? true,
    scoreNotifications: true,
  };
}

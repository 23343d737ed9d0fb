/** Versions of an API's protection: who changed what, and the way back. */

import { useState } from "react";
import { useProtection, useProtectionVersions, useRestoreProtection } from "../../../api/queries";
import type { Api, ProtectionVersion } from "../../../api/types";
import { useMayWrite } from "../../../app/session";
import { toast } from "../../../app/toasts";
import { Card, Empty, Failed, Loading, Time } from "../../../components/Basics";
import { Dialog } from "../../../components/Dialog";
import { Icon } from "../../../components/Icon";
import { Text } from "../../../components/Text";
import { absolute } from "../../../lib/format";
import { Differences } from "./Review";

export function HistoryView({ api }: { api: Api }) {
  const versions = useProtectionVersions(api.id);
  const protection = useProtection(api.id);
  const restore = useRestoreProtection(api.id);
  const mayWrite = useMayWrite() && !api.read_only;
  const [asked, setAsked] = useState<ProtectionVersion | null>(null);
  const list = versions.data?.items ?? [];
  const close = () => {
    setAsked(null);
    restore.reset();
  };
  return (
    <Card title="History" note="Every version of mode and settings; the newest 200 are kept">
      {versions.error && !versions.data && <Failed error={versions.error} retry={() => versions.refetch()} />}
      {versions.isPending && <Loading />}
      {versions.data && list.length === 0 && (
        <Empty icon="clock" title="Nothing was set yet">
          <p>Each change of mode or settings is kept here, with who made it, and can be taken back.</p>
        </Empty>
      )}
      {list.length > 0 && (
        <ol className="versions">
          {list.map((version) => (
            <li key={version.version} className="version">
              <div className="version-head">
                <strong>Version {version.version}</strong>
                <span className={`badge mode-${version.mode}`}>{version.mode}</span>
                {version.version === protection.data?.version && <span className="tag">in force</span>}
                <span className="muted" title={absolute(version.made_at)}>
                  <Time time={version.made_at} /> by <Text text={version.made_by} limit={40} />
                </span>
                {version.version !== protection.data?.version && (
                  <button
                    type="button"
                    className="button button-small version-restore"
                    aria-label={`Go back to version ${version.version}`}
                    disabled={!mayWrite}
                    onClick={() => setAsked(version)}
                  >
                    <Icon name="undo" /> Go back to this
                  </button>
                )}
              </div>
              {version.changes.length > 0 ? (
                <Differences
                  changed={version.changes.map(({ pointer, before, after }) => ({ pointer, before, after }))}
                />
              ) : (
                <p className="muted">What it changed is not known: the version before is not kept.</p>
              )}
            </li>
          ))}
        </ol>
      )}
      <Dialog
        open={asked !== null}
        title={`Go back to version ${asked?.version ?? ""}?`}
        onClose={close}
        actions={
          <>
            <button type="button" className="button" onClick={close}>
              Cancel
            </button>
            <button
              type="button"
              className="button button-primary"
              disabled={restore.isPending}
              onClick={() =>
                asked &&
                restore.mutate(asked.version, {
                  onSuccess: (saved) => {
                    toast(`Version ${asked.version} is in force again, as version ${saved.version}.`);
                    close();
                  },
                })
              }
            >
              Go back
            </button>
          </>
        }
      >
        <p>Its mode and settings become the newest version. Nothing is lost: this too can be taken back.</p>
        {restore.error && <Failed error={restore.error} doing="It was not changed" />}
      </Dialog>
    </Card>
  );
}

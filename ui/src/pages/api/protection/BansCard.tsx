/** The bans that run for an API, and their end by hand. */

import { useBans, useLiftBan } from "../../../api/queries";
import type { Api } from "../../../api/types";
import { Link, routes } from "../../../app/router";
import { useMayWrite } from "../../../app/session";
import { toast, toastError } from "../../../app/toasts";
import { Card, Failed, Time } from "../../../components/Basics";
import { Text } from "../../../components/Text";
import { count } from "../../../lib/format";

export function BansCard({ api }: { api: Api }) {
  const bans = useBans();
  const lift = useLiftBan();
  const mayWrite = useMayWrite();
  const list = (bans.data?.items ?? []).filter((ban) => ban.api_id === api.id);
  return (
    <Card title="Bans that run" note="At the gateway of this process">
      {bans.error && !bans.data && <Failed error={bans.error} retry={() => bans.refetch()} />}
      {bans.data && list.length === 0 && (
        <p className="card-text muted">Nobody is banned. A check or a rate that says ban begins one.</p>
      )}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col">Reason</th>
                <th scope="col" className="c-m">
                  Since
                </th>
                <th scope="col">Ends</th>
                <th scope="col" className="num c-m">
                  Refused
                </th>
                <th scope="col">
                  <span className="visually-hidden">Lift</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((ban) => (
                <tr key={ban.id}>
                  <td className="mono">
                    <Text text={ban.who} limit={60} />
                  </td>
                  <td>
                    <Link
                      href={routes.events(
                        `?api=${encodeURIComponent(api.id)}&code=${encodeURIComponent(ban.code)}`,
                      )}
                    >
                      <Text text={ban.code} limit={60} />
                    </Link>
                  </td>
                  <td className="c-m nowrap">
                    <Time time={ban.since} />
                  </td>
                  <td className="nowrap">
                    <Time time={ban.until} />
                  </td>
                  <td className="num c-m">{count(ban.refused)}</td>
                  <td className="num">
                    <button
                      type="button"
                      className="button button-small"
                      aria-label={`Lift the ban of ${ban.who.slice(0, 60)}`}
                      disabled={!mayWrite || lift.isPending}
                      onClick={() =>
                        lift.mutate(ban.id, {
                          onSuccess: () => toast("The ban is lifted."),
                          onError: toastError("The ban was not lifted"),
                        })
                      }
                    >
                      Lift
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}

/** Who runs jobs: the one of the control plane itself, and those beside private APIs. */

import { useControllers } from "../../api/jobs";
import { Card, Command, Failed, Loading, Time } from "../../components/Basics";
import { Text } from "../../components/Text";
import { JOB_TYPES } from "./words";

const TONES = { connected: "good", stopped: "muted", lost: "bad" } as const;

export function Controllers() {
  const controllers = useControllers();
  const list = controllers.data?.items ?? [];
  return (
    <div className="stack">
      {controllers.error && !controllers.data && (
        <Failed error={controllers.error} retry={() => controllers.refetch()} />
      )}
      {controllers.isPending && <Loading />}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Controller</th>
                <th scope="col">State</th>
                <th scope="col" className="c-m">
                  Runs
                </th>
                <th scope="col" className="num">
                  Jobs now
                </th>
                <th scope="col" className="c-m">
                  Version
                </th>
                <th scope="col">Last heard of</th>
              </tr>
            </thead>
            <tbody>
              {list.map((one) => (
                <tr key={one.id}>
                  <td>
                    <Text text={one.name} limit={60} className="strong" />
                    {one.embedded && <span className="tag">in this control plane</span>}
                    {one.allow_private && <span className="tag">private networks</span>}
                    <div className="sub mono">{one.id}</div>
                  </td>
                  <td>
                    <span className={`badge tone-${TONES[one.state]}`}>{one.state}</span>
                  </td>
                  <td className="c-m">{one.capabilities.map((type) => JOB_TYPES[type]).join(", ")}</td>
                  <td className="num">
                    {one.jobs} of {one.parallel}
                  </td>
                  <td className="c-m">
                    <Text text={one.version} limit={20} />
                  </td>
                  <td className="nowrap">
                    <Time time={one.last_seen} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Card title="A controller beside a private API" note="It connects outward only">
        <div className="card-text">
          <p>
            Make an access token with the role controller in the settings, keep it in a file, and start on a
            machine that reaches the API:
          </p>
          <Command
            command={`palisade controller --server ${window.location.origin} --token-file controller.token --name staging`}
          />
        </div>
      </Card>
    </div>
  );
}

/** Who may do what: users, their projects and roles, key pairs. */

import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { useMayWrite } from "../app/session";
import { Keys } from "./settings/Keys";
import { Projects } from "./settings/Projects";
import { Users } from "./settings/Users";

export function PeoplePage() {
  useTitle("People and keys");
  const mayWrite = useMayWrite();
  return (
    <>
      <PageHead
        above={
          <nav className="crumbs" aria-label="You are here">
            <Link href={routes.settings()}>Settings</Link>
          </nav>
        }
        title="People and keys"
        note="Users with a role in each project, and key pairs for pipelines and scripts"
      />
      <div className="stack">
        {mayWrite && <Users />}
        {mayWrite && <Projects />}
        <Keys />
      </div>
    </>
  );
}

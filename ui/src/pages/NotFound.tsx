import { Link, routes } from "../app/router";
import { PageHead, useTitle } from "../app/Shell";
import { Empty } from "../components/Basics";

export function NotFound() {
  useTitle("Not found");
  return (
    <>
      <PageHead title="Not found" />
      <Empty icon="search" title="There is no such page">
        <p>
          <Link href={routes.overview()}>Go to the overview</Link>
        </p>
      </Empty>
    </>
  );
}

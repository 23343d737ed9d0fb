/** Projects: APIs, findings, jobs and people kept apart. */

import { useState } from "react";
import { useCreateProject, useProjects } from "../../api/people";
import { toast } from "../../app/toasts";
import { Card, Failed, Loading, Time } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { Text } from "../../components/Text";

export function Projects() {
  const projects = useProjects();
  const create = useCreateProject();
  const [making, setMaking] = useState(false);
  const [name, setName] = useState("");
  const close = () => {
    create.reset();
    setName("");
    setMaking(false);
  };
  return (
    <Card
      title="Projects"
      note="Nothing of one is shown in another"
      actions={
        <button type="button" className="button button-small" onClick={() => setMaking(true)}>
          New project
        </button>
      }
    >
      {projects.error && !projects.data && <Failed error={projects.error} retry={() => projects.refetch()} />}
      {projects.isPending && <Loading />}
      <ul className="plain-list card-text">
        {(projects.data?.items ?? []).map((project) => (
          <li key={project.id}>
            <Text text={project.name} limit={60} className="strong" />{" "}
            <span className="muted">
              since <Time time={project.created_at} />
            </span>
          </li>
        ))}
      </ul>
      <Dialog
        open={making}
        title="New project"
        onClose={close}
        actions={
          <>
            <button type="button" className="button" onClick={close}>
              Not now
            </button>
            <button
              type="submit"
              form="new-project"
              className="button button-primary"
              disabled={name.trim() === "" || create.isPending}
            >
              Create
            </button>
          </>
        }
      >
        <form
          id="new-project"
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate(
              { name: name.trim() },
              {
                onSuccess: () => {
                  close();
                  toast("The project is there: give users a role in it.");
                },
              },
            );
          }}
        >
          <label>
            Name
            <input value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} />
          </label>
          {create.error && <Failed error={create.error} doing="The project was not made" />}
        </form>
      </Dialog>
    </Card>
  );
}

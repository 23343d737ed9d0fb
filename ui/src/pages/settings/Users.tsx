/** People who sign in with a name. */

import { type FormEvent, useState } from "react";
import {
  useChangeUser,
  useCreateUser,
  useProjects,
  useRemoveUser,
  useResetPassword,
  useUsers,
} from "../../api/people";
import type { Role, User } from "../../api/types";
import { useCurrentSession } from "../../app/session";
import { toast, toastError } from "../../app/toasts";
import { Card, Command, Failed, Loading, Notice, Time } from "../../components/Basics";
import { Dialog } from "../../components/Dialog";
import { Icon } from "../../components/Icon";
import { Text } from "../../components/Text";
import { MakeDialog } from "./Dialogs";

const ROLES: Role[] = ["viewer", "developer", "analyst", "admin"];

export function Users() {
  const users = useUsers();
  const own = useCurrentSession()?.user?.id;
  const [making, setMaking] = useState(false);
  const [editing, setEditing] = useState<User | null>(null);
  const list = users.data?.items ?? [];
  return (
    <Card
      title="Users"
      note="Who signs in with a name"
      actions={
        <button type="button" className="button button-small" onClick={() => setMaking(true)}>
          <Icon name="key" /> New user
        </button>
      }
    >
      {users.error && !users.data && <Failed error={users.error} retry={() => users.refetch()} />}
      {users.isPending && <Loading />}
      {list.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">User</th>
                <th scope="col">May</th>
                <th scope="col" className="c-m">
                  Last signed in
                </th>
                <th scope="col">
                  <span className="visually-hidden">Change</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {list.map((user) => (
                <tr key={user.id}>
                  <td>
                    <Text text={user.display_name} limit={60} className="strong" />
                    {user.id === own && <span className="tag">you</span>}
                    {user.disabled && <span className="tag">disabled</span>}
                    {user.must_change_password && <span className="tag">must choose a password</span>}
                    <div className="sub mono">
                      <Text text={user.name} limit={64} />
                      {user.issuer && (
                        <>
                          {" "}
                          of <Text text={user.issuer} limit={60} />
                        </>
                      )}
                    </div>
                  </td>
                  <td>
                    {user.memberships.map((one) => (
                      <div key={one.project_id}>
                        {one.role} in <Text text={one.project} limit={40} />
                      </div>
                    ))}
                    {user.memberships.length === 0 && <span className="muted">nothing</span>}
                  </td>
                  <td className="c-m">
                    <Time time={user.last_signed_in_at} />
                  </td>
                  <td className="num">
                    <button
                      type="button"
                      className="button button-small"
                      aria-label={`Edit ${user.name}`}
                      onClick={() => setEditing(user)}
                    >
                      Edit
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <NewUser open={making} onClose={() => setMaking(false)} />
      {editing && <EditUser key={editing.id} user={editing} onClose={() => setEditing(null)} />}
    </Card>
  );
}

function NewUser({ open, onClose }: { open: boolean; onClose: () => void }) {
  const create = useCreateUser();
  const projects = useProjects();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [project, setProject] = useState("default");
  const close = () => {
    create.reset();
    setName("");
    onClose();
  };
  return (
    <MakeDialog
      open={open}
      what="user"
      secret={create.data?.password}
      note="This password works once and is shown this once: give it to the user, who chooses another at the first sign-in."
      ready={!create.isPending && name.trim() !== ""}
      error={create.error}
      onSubmit={() => create.mutate({ name: name.trim(), memberships: [{ project, role }] })}
      onClose={close}
    >
      <label>
        Name to sign in with
        <input
          value={name}
          maxLength={64}
          required
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setName(event.target.value.toLowerCase())}
        />
      </label>
      <ProjectSelect projects={projects.data?.items ?? []} value={project} onChange={setProject} />
      <RoleSelect value={role} onChange={setRole} />
    </MakeDialog>
  );
}

function ProjectSelect({
  projects,
  value,
  onChange,
}: {
  projects: { id: string; name: string }[];
  value: string;
  onChange: (project: string) => void;
}) {
  return (
    <label>
      Project
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {projects.map((project) => (
          <option key={project.id} value={project.name}>
            {project.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function RoleSelect({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <label>
      Role
      <select value={value} onChange={(event) => onChange(event.target.value as Role)}>
        {ROLES.map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
    </label>
  );
}

function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const change = useChangeUser(user.id);
  const reset = useResetPassword(user.id);
  const remove = useRemoveUser();
  const projects = useProjects();
  const [memberships, setMemberships] = useState(
    user.memberships.map(({ project, role }) => ({ project, role })),
  );
  const left = (projects.data?.items ?? []).filter(
    (project) => !memberships.some((one) => one.project === project.name),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate(
      { memberships },
      {
        onSuccess: () => {
          onClose();
          toast("The user is changed.");
        },
      },
    );
  };
  return (
    <Dialog
      open
      title={user.name}
      onClose={onClose}
      wide
      actions={
        <>
          <button type="button" className="button" onClick={onClose}>
            Close
          </button>
          <button
            type="submit"
            form="edit-user"
            className="button button-primary"
            disabled={change.isPending}
          >
            Save
          </button>
        </>
      }
    >
      <form id="edit-user" className="form" onSubmit={submit}>
        {memberships.map((one, index) => (
          <div key={one.project} className="form-row">
            <span>
              <Text text={one.project} limit={60} />
            </span>
            <RoleSelect
              value={one.role}
              onChange={(role) =>
                setMemberships(memberships.map((other, at) => (at === index ? { ...other, role } : other)))
              }
            />
            <button
              type="button"
              className="button button-small"
              onClick={() => setMemberships(memberships.filter((_, at) => at !== index))}
            >
              Leave out
            </button>
          </div>
        ))}
        {left.length > 0 && (
          <label>
            Add to a project
            <select
              value=""
              onChange={(event) =>
                setMemberships([...memberships, { project: event.target.value, role: "viewer" }])
              }
            >
              <option value="">choose</option>
              {left.map((project) => (
                <option key={project.id} value={project.name}>
                  {project.name}
                </option>
              ))}
            </select>
          </label>
        )}
        {change.error && <Failed error={change.error} doing="The user was not changed" />}
      </form>
      {reset.data ? (
        <>
          <Notice tone="warn">
            This password works once and is shown this once. All sessions of the user are over.
          </Notice>
          <Command command={reset.data.password} />
        </>
      ) : (
        <div className="button-row">
          <button
            type="button"
            className="button"
            disabled={reset.isPending}
            onClick={() => reset.mutate(undefined, { onError: toastError("There is no new password") })}
          >
            Give a new password
          </button>
          <button
            type="button"
            className="button"
            onClick={() =>
              change.mutate(
                { disabled: !user.disabled },
                { onSuccess: onClose, onError: toastError("The user was not changed") },
              )
            }
          >
            {user.disabled ? "Let in again" : "Keep out"}
          </button>
          <button
            type="button"
            className="button button-danger"
            disabled={remove.isPending}
            onClick={() =>
              remove.mutate(user.id, {
                onSuccess: () => {
                  onClose();
                  toast("The user is removed.");
                },
                onError: toastError("The user was not removed"),
              })
            }
          >
            Remove
          </button>
        </div>
      )}
    </Dialog>
  );
}

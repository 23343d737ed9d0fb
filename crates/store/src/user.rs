//! People, and what they may do in which project.
//!
//! Users stand beside the projects: what is here is of the whole installation, but for [`Store::role_of`].

use crate::dialect::Flag;
use crate::open::Doing;
use crate::query::{Column, Kind as Holds, List, Query, Select};
use crate::{DEFAULT_PROJECT, Error, Page, Store};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// The stored word of the role that may do everything. In the default project it is of the whole installation.
const ADMIN: &str = "admin";

/// Users of one statement.
const MANY: usize = 500;

/// A user as kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct UserRow {
    /// UUIDv7.
    pub id: String,
    /// The name to sign in with, in lower case, unique.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// Argon2id in PHC form; `None` where only an identity from outside opens the account.
    pub password: Option<String>,
    /// Who vouches for an identity from outside.
    pub issuer: Option<String>,
    /// The user's id there.
    pub subject: Option<String>,
    /// True when nothing of theirs opens anything.
    #[sqlx(try_from = "Flag")]
    pub disabled: bool,
    /// True until they chose a password of their own.
    #[sqlx(try_from = "Flag")]
    pub must_change: bool,
    /// Microseconds.
    pub created_at: i64,
    /// Microseconds.
    pub password_changed_at: Option<i64>,
    /// Microseconds.
    pub last_signed_in_at: Option<i64>,
}

/// A role in a project.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct MembershipRow {
    /// Id of the project.
    pub project_id: String,
    /// Its name.
    pub project: String,
    /// Role.
    pub role: String,
}

/// What of a user is to change.
#[derive(Debug, Clone, Default)]
pub struct UserChange<'a> {
    /// Another name shown to people.
    pub display_name: Option<&'a str>,
    /// Whether anything of theirs opens anything.
    pub disabled: Option<bool>,
    /// Ids of projects and roles, in place of all there were.
    pub memberships: Option<&'a [(String, String)]>,
}

/// How a change of a user ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is made.
    Done,
    /// There is no such user.
    Missing,
    /// It would leave the installation without anyone to administer it; nothing was changed.
    LastAdmin,
}

const COLUMNS: &str = "u.id, u.name, u.display_name, u.password, u.issuer, u.subject, u.disabled, u.must_change, \
                       u.created_at, u.password_changed_at, u.last_signed_in_at";

/// What may be asked of the list of users.
pub const USERS: List = List {
    name: "users",
    columns: &[
        Column::new("id", Holds::Id, "u.id"),
        Column::new("name", Holds::Text, "u.name"),
        Column::new("display_name", Holds::Text, "u.display_name"),
        Column::new("issuer", Holds::Text, "u.issuer").optional(),
        Column::new("disabled", Holds::Truth, "u.disabled"),
        Column::new("must_change_password", Holds::Truth, "u.must_change"),
        Column::new("created_at", Holds::Time, "u.created_at"),
        Column::new("last_signed_in_at", Holds::Time, "u.last_signed_in_at").optional(),
    ],
    sort: "id",
    id: "u.id",
};

type Transaction = sqlx::Transaction<'static, sqlx::Any>;

impl Store {
    /// Keeps a user with roles in projects, by id; false when the name or the identity is taken.
    ///
    /// # Errors
    /// The database's word.
    pub async fn add_user(&self, row: &UserRow, memberships: &[(String, String)]) -> Result<bool, Error> {
        let doing = "keeping a user";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query(
            "INSERT INTO users (id, name, display_name, password, issuer, subject, disabled, must_change, created_at, \
             password_changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(&row.id)
        .bind(&row.name)
        .bind(&row.display_name)
        .bind(&row.password)
        .bind(&row.issuer)
        .bind(&row.subject)
        .bind(i64::from(row.disabled))
        .bind(i64::from(row.must_change))
        .bind(row.created_at)
        .bind(row.password_changed_at)
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        set_memberships(&mut tx, &row.id, memberships).await.doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(true)
    }

    /// True when there is any user.
    ///
    /// # Errors
    /// The database's word.
    pub async fn has_users(&self) -> Result<bool, Error> {
        let any: Option<(String,)> = sqlx::query_as("SELECT id FROM users LIMIT 1")
            .fetch_optional(&self.read)
            .await
            .doing("looking for users")?;
        Ok(any.is_some())
    }

    /// A user by id.
    ///
    /// # Errors
    /// The database's word.
    pub async fn user(&self, id: &str) -> Result<Option<UserRow>, Error> {
        self.user_where("u.id = $1", &[id]).await
    }

    /// A user by the name to sign in with.
    ///
    /// # Errors
    /// The database's word.
    pub async fn user_named(&self, name: &str) -> Result<Option<UserRow>, Error> {
        self.user_where("u.name = $1", &[name]).await
    }

    /// A user by an identity from outside.
    ///
    /// # Errors
    /// The database's word.
    pub async fn user_of_identity(&self, issuer: &str, subject: &str) -> Result<Option<UserRow>, Error> {
        self.user_where("u.issuer = $1 AND u.subject = $2", &[issuer, subject]).await
    }

    async fn user_where(&self, condition: &str, values: &[&str]) -> Result<Option<UserRow>, Error> {
        let mut query = sqlx::query_as(AssertSqlSafe(format!("SELECT {COLUMNS} FROM users u WHERE {condition}")));
        for value in values {
            query = query.bind((*value).to_owned());
        }
        query.fetch_optional(&self.read).await.doing("reading a user")
    }

    /// Users, as [`USERS`] lists them.
    ///
    /// # Errors
    /// The database's word.
    pub async fn users(&self, query: &Query) -> Result<Page<UserRow>, Error> {
        let (doing, columns, from) = ("listing users", COLUMNS, "users u");
        self.list(Select { doing, columns, from, filter: "1 = 1", values: Vec::new() }, query).await
    }

    /// The memberships of users, by user, in the order of the projects' names.
    ///
    /// # Errors
    /// The database's word.
    pub async fn memberships(&self, users: &[&str]) -> Result<BTreeMap<String, Vec<MembershipRow>>, Error> {
        let mut found: BTreeMap<String, Vec<MembershipRow>> = BTreeMap::new();
        for some in users.chunks(MANY) {
            let places: Vec<String> = (1..=some.len()).map(|place| format!("${place}")).collect();
            let mut query = sqlx::query_as(AssertSqlSafe(format!(
                "SELECT m.user_id, m.project_id, p.name, m.role FROM memberships m JOIN projects p ON p.id = m.project_id \
                 WHERE m.user_id IN ({}) ORDER BY m.user_id, p.name",
                places.join(", ")
            )));
            for user in some {
                query = query.bind((*user).to_owned());
            }
            let rows: Vec<(String, String, String, String)> =
                query.fetch_all(&self.read).await.doing("listing memberships")?;
            for (user, project_id, project, role) in rows {
                found.entry(user).or_default().push(MembershipRow { project_id, project, role });
            }
        }
        Ok(found)
    }

    /// The projects a user may work in, with the role there, by name: those they are a member of; all, as admin, for
    /// an admin of the default project.
    ///
    /// # Errors
    /// The database's word.
    pub async fn projects_of(&self, user: &str) -> Result<Vec<MembershipRow>, Error> {
        let own = self.memberships(&[user]).await?.remove(user).unwrap_or_default();
        let everywhere = own.iter().any(|row| row.project_id == DEFAULT_PROJECT && row.role == ADMIN);
        if everywhere { self.all_projects().await } else { Ok(own) }
    }

    /// Every project, with the role of who administers the installation.
    ///
    /// # Errors
    /// The database's word.
    pub async fn all_projects(&self) -> Result<Vec<MembershipRow>, Error> {
        sqlx::query_as("SELECT id AS project_id, name AS project, $1 AS role FROM projects ORDER BY name")
            .bind(ADMIN)
            .fetch_all(&self.read)
            .await
            .doing("listing projects")
    }

    /// What a user may do in this project now: `None` when nothing, or the user is disabled. An admin of the default
    /// project is one everywhere.
    ///
    /// # Errors
    /// The database's word.
    pub async fn role_of(&self, user: &str) -> Result<Option<String>, Error> {
        let rows: Vec<(String, String)> = sqlx::query_as(
            "SELECT m.project_id, m.role FROM memberships m JOIN users u ON u.id = m.user_id \
             WHERE m.user_id = $1 AND u.disabled = 0 AND (m.project_id = $2 OR m.project_id = $3)",
        )
        .bind(user)
        .bind(self.project())
        .bind(DEFAULT_PROJECT)
        .fetch_all(&self.read)
        .await
        .doing("reading a role")?;
        let everywhere = rows.iter().any(|(project, role)| project == DEFAULT_PROJECT && role == ADMIN);
        let here = rows.into_iter().find(|(project, _)| project == self.project()).map(|(_, role)| role);
        Ok(if everywhere { Some(ADMIN.to_owned()) } else { here })
    }

    /// Changes a user. When rights change, the user's sessions end.
    ///
    /// # Errors
    /// The database's word.
    pub async fn change_user(&self, id: &str, change: &UserChange<'_>) -> Result<Changed, Error> {
        let doing = "changing a user";
        let mut tx = self.begin().await.doing(doing)?;
        let done = sqlx::query(
            "UPDATE users SET display_name = COALESCE(CAST($2 AS TEXT), display_name), \
             disabled = COALESCE(CAST($3 AS BIGINT), disabled) WHERE id = $1",
        )
        .bind(id)
        .bind(change.display_name)
        .bind(change.disabled.map(i64::from))
        .execute(&mut *tx)
        .await
        .doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(Changed::Missing);
        }
        if let Some(memberships) = change.memberships {
            set_memberships(&mut tx, id, memberships).await.doing(doing)?;
        }
        if change.memberships.is_some() || change.disabled.is_some() {
            if !has_admin(&mut tx).await.doing(doing)? {
                return Ok(Changed::LastAdmin);
            }
            end_sessions(&mut tx, id).await.doing(doing)?;
        }
        tx.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }

    /// Gives a user another password (argon2id in PHC form) and ends the user's sessions; false without such a user.
    ///
    /// # Errors
    /// The database's word.
    pub async fn set_password(&self, id: &str, password: &str, must_change: bool, now: i64) -> Result<bool, Error> {
        let doing = "changing a password";
        let mut tx = self.begin().await.doing(doing)?;
        let done =
            sqlx::query("UPDATE users SET password = $2, must_change = $3, password_changed_at = $4 WHERE id = $1")
                .bind(id)
                .bind(password)
                .bind(i64::from(must_change))
                .bind(now)
                .execute(&mut *tx)
                .await
                .doing(doing)?;
        end_sessions(&mut tx, id).await.doing(doing)?;
        tx.commit().await.doing(doing)?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a user signed in.
    ///
    /// # Errors
    /// The database's word.
    pub async fn touch_user(&self, id: &str, now: i64) -> Result<(), Error> {
        sqlx::query("UPDATE users SET last_signed_in_at = $2 WHERE id = $1")
            .bind(id)
            .bind(now)
            .execute(&self.write)
            .await
            .doing("noting a sign-in")
            .map(drop)
    }

    /// Removes a user with memberships, sessions and key pairs.
    ///
    /// # Errors
    /// The database's word.
    pub async fn remove_user(&self, id: &str) -> Result<Changed, Error> {
        let doing = "removing a user";
        let mut tx = self.begin().await.doing(doing)?;
        for text in [
            "DELETE FROM memberships WHERE user_id = $1",
            "DELETE FROM sessions WHERE user_id = $1",
            "DELETE FROM key_pairs WHERE user_id = $1",
        ] {
            sqlx::query(text).bind(id).execute(&mut *tx).await.doing(doing)?;
        }
        let done = sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(&mut *tx).await.doing(doing)?;
        if done.rows_affected() == 0 {
            return Ok(Changed::Missing);
        }
        if !has_admin(&mut tx).await.doing(doing)? {
            return Ok(Changed::LastAdmin);
        }
        tx.commit().await.doing(doing)?;
        Ok(Changed::Done)
    }
}

async fn set_memberships(tx: &mut Transaction, user: &str, roles: &[(String, String)]) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM memberships WHERE user_id = $1").bind(user).execute(&mut **tx).await?;
    for (project, role) in roles {
        sqlx::query("INSERT INTO memberships (user_id, project_id, role) VALUES ($1, $2, $3)")
            .bind(user)
            .bind(project)
            .bind(role)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn end_sessions(tx: &mut Transaction, user: &str) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1").bind(user).execute(&mut **tx).await.map(drop)
}

/// True when somebody can administer the installation.
async fn has_admin(tx: &mut Transaction) -> Result<bool, sqlx::Error> {
    let any: Option<(String,)> = sqlx::query_as(
        "SELECT u.id FROM users u JOIN memberships m ON m.user_id = u.id \
         WHERE m.project_id = $1 AND m.role = $2 AND u.disabled = 0 LIMIT 1",
    )
    .bind(DEFAULT_PROJECT)
    .bind(ADMIN)
    .fetch_optional(&mut **tx)
    .await?;
    Ok(any.is_some())
}

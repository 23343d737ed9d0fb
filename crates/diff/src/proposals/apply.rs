//! Proposals made in the text of a contract.

use super::{Action, Proposal, Step};
use palisade_document::edit::{Edit, Editor, Place, Refusal, apply as edited};
use palisade_document::{Document, Limits, NodeRef, read};
use serde_json::{Map, Value};

/// What became of proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Files by name, with their text afterwards.
    pub texts: Vec<(String, String)>,
    /// The edits of each file, round by round, for a diff.
    pub rounds: Vec<Vec<Vec<Edit>>>,
    /// Ids of the proposals that were made.
    pub made: Vec<String>,
    /// Ids of those that could not be made, and why.
    pub refused: Vec<(String, String)>,
}

/// Makes proposals in the files of a contract, one after the other. One that cannot be made whole is not made at all.
pub fn apply(files: &[(String, String)], proposals: &[&Proposal]) -> Applied {
    let mut applied = Applied { texts: files.to_vec(), rounds: vec![Vec::new(); files.len()], ..Applied::default() };
    for proposal in proposals {
        let before = (applied.texts.clone(), applied.rounds.clone());
        let outcome = match &proposal.obstacle {
            Some(obstacle) => Err(obstacle.clone()),
            None => proposal.steps.iter().try_for_each(|step| make(&mut applied, step)),
        };
        match outcome {
            Ok(()) => applied.made.push(proposal.id.clone()),
            Err(why) => {
                (applied.texts, applied.rounds) = before;
                applied.refused.push((proposal.id.clone(), why));
            }
        }
    }
    applied
}

fn make(applied: &mut Applied, step: &Step) -> Result<(), String> {
    let place = applied.texts.iter().position(|(name, _)| *name == step.file);
    let place = place.ok_or_else(|| "the file it would change is not one that may be written".to_owned())?;
    let missing = || "the file it would change is not one that may be written".to_owned();
    let (name, text) = applied.texts.get(place).ok_or_else(missing)?;
    let document = read(name, text.as_bytes(), &Limits::default()).document;
    let node = document.root().at_pointer(&step.pointer).ok_or_else(|| "its place is no longer there".to_owned())?;
    let Some(edits) = edits(&document, node, &step.action).map_err(|refusal| refusal.to_string())? else {
        return Ok(());
    };
    let after = edited(text, &edits).map_err(|overlap| overlap.to_string())?;
    // Whatever the layout was: what is written must be read as what was meant, and as no more.
    let reading = read(name, after.as_bytes(), &Limits::default());
    let before = read(name, text.as_bytes(), &Limits::default());
    if reading.fatal || reading.problems.len() > before.problems.len() {
        return Err(Refusal::Layout.to_string());
    }
    if let (Some((_, text)), Some(rounds)) = (applied.texts.get_mut(place), applied.rounds.get_mut(place)) {
        *text = after;
        rounds.push(edits);
    }
    Ok(())
}

/// The edits of one step; none when there is nothing to do.
fn edits(document: &Document, node: NodeRef<'_>, action: &Action) -> Result<Option<Vec<Edit>>, Refusal> {
    let editor = Editor::new(document);
    // Views of the editor's own document.
    let node = document.node(node.id());
    Ok(Some(match action {
        Action::Put(keys, value) => {
            let (object, rest) = descend(node, keys);
            let Some((key, below)) = rest.split_first() else { return Ok(None) };
            let value = below
                .iter()
                .rev()
                .fold(value.clone(), |inner, key| Value::Object(Map::from_iter([(key.clone(), inner)])));
            editor.insert_member(object, Place::End, key, &value)?
        }
        Action::Push(keys, value) => {
            let (holder, rest) = descend(node, keys);
            match rest.split_first() {
                None => editor.insert_item(holder, value)?,
                Some((key, below)) => {
                    let list = Value::Array(vec![value.clone()]);
                    let value = below
                        .iter()
                        .rev()
                        .fold(list, |inner, key| Value::Object(Map::from_iter([(key.clone(), inner)])));
                    editor.insert_member(holder, Place::End, key, &value)?
                }
            }
        }
        Action::Set(value) => editor.replace_scalar(node, value)?,
        Action::Also(word) => match node.is_array() {
            true if node.items().any(|item| item.as_str() == Some(word)) => return Ok(None),
            true => editor.insert_item(node, &Value::from(word.as_str()))?,
            false => editor.list_scalar(node, word)?,
        },
        Action::Remove(key) => match node.member(key) {
            Some(member) => editor.remove_member(node, &member)?,
            None => return Ok(None),
        },
        Action::Drop(text) => match node.items().position(|item| item.as_str() == Some(text)) {
            Some(place) => editor.remove_item(node, place)?,
            None => return Ok(None),
        },
    }))
}

/// As far down as there are members by these keys, and the keys that are left.
fn descend<'d, 'k>(mut node: NodeRef<'d>, mut keys: &'k [String]) -> (NodeRef<'d>, &'k [String]) {
    while let Some((key, rest)) = keys.split_first()
        && let Some(below) = node.get(key)
    {
        (node, keys) = (below, rest);
    }
    (node, keys)
}

//! One line of items: those of one organization that need one skill.

use std::collections::BTreeMap;

use super::OnMissingRecord;
use crate::platform::work::AttemptId;
use crate::units::Instant;

/// An item's place in its line: the higher priority first, then what came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Turn {
    urgency: i64,
    number: u64,
}

/// An item that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) id: AttemptId,
    /// When the revision of the record was made that it refers to.
    pub(super) revision: Instant,
    pub(super) is_missing: bool,
}

/// A line of items, and those that were taken out of it since their records are missing.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeMap<Turn, Item>,
    aside: BTreeMap<Turn, Item>,
    /// How many of both have no record.
    missing: u32,
    is_blocked: bool,
}

impl Turn {
    pub(super) fn new(priority: i32, number: u64) -> Self {
        Self { urgency: -i64::from(priority), number }
    }
}

impl Turn {
    /// Its number in the order of arrival.
    pub(super) fn number(self) -> u64 {
        self.number
    }
}

impl Line {
    pub(super) fn join(&mut self, turn: Turn, item: Item) {
        self.missing += u32::from(item.is_missing);
        self.waiting.insert(turn, item);
    }

    /// Takes an item out of the line.
    pub(super) fn leave(&mut self, turn: Turn) -> Item {
        let item = self.waiting.remove(&turn).expect("an item that leaves its line stands in it");
        self.missing -= u32::from(item.is_missing);
        item
    }

    /// Takes an item away that was set aside.
    pub(super) fn leave_aside(&mut self, turn: Turn) -> Item {
        let item = self.aside.remove(&turn).expect("an item that was set aside is there");
        self.missing -= u32::from(item.is_missing);
        item
    }

    /// Sets aside what is first and has no record, if that is the setting, and sees whether the line is
    /// blocked; gives what was set aside.
    pub(super) fn settle(&mut self, on_missing_record: OnMissingRecord) -> Vec<AttemptId> {
        let mut set_aside = Vec::new();
        while let Some(first) = self.waiting.first_entry()
            && first.get().is_missing
            && on_missing_record == OnMissingRecord::SetAside
        {
            let (turn, item) = first.remove_entry();
            self.aside.insert(turn, item);
            set_aside.push(item.id);
        }
        let is_first_missing = self.waiting.values().next().is_some_and(|item| item.is_missing);
        self.is_blocked = is_first_missing && on_missing_record == OnMissingRecord::Block;
        set_aside
    }

    /// The item that can be assigned next.
    pub(super) fn next(&self, on_missing_record: OnMissingRecord) -> Option<Turn> {
        match on_missing_record {
            OnMissingRecord::Block | OnMissingRecord::SetAside => {
                let (turn, item) = self.waiting.first_key_value()?;
                (!item.is_missing).then_some(*turn)
            }
            OnMissingRecord::Skip => {
                let mut with_record = self.waiting.iter().filter(|(_, item)| !item.is_missing);
                with_record.next().map(|(turn, _)| *turn)
            }
        }
    }

    /// Deletes the records whose revision was made at `until` or before, and says how many items miss
    /// theirs from now on.
    pub(super) fn delete_records(&mut self, until: Instant) -> u32 {
        let items = self.waiting.values_mut().chain(self.aside.values_mut());
        let mut count = 0;
        for item in items.filter(|item| item.revision <= until && !item.is_missing) {
            item.is_missing = true;
            count += 1;
        }
        self.missing += count;
        count
    }

    /// Gives an item its record back; one that was set aside joins the line again, and is counted.
    pub(super) fn restore(&mut self, turn: Turn) -> bool {
        let back = self.aside.remove(&turn);
        if let Some(item) = back {
            self.waiting.insert(turn, item);
        }
        if let Some(item) = self.waiting.get_mut(&turn) {
            self.missing -= u32::from(item.is_missing);
            item.is_missing = false;
        }
        back.is_some()
    }

    /// The items whose record is missing, with their turns.
    pub(super) fn without_record(&self) -> impl Iterator<Item = (Turn, AttemptId)> {
        let items = self.waiting.iter().chain(&self.aside);
        items.filter(|(_, item)| item.is_missing).map(|(turn, item)| (*turn, item.id))
    }

    /// All items, those that were set aside included.
    pub(super) fn ids(&self) -> impl Iterator<Item = AttemptId> {
        self.waiting.values().chain(self.aside.values()).map(|item| item.id)
    }

    /// When the item arrived that waits longest: the first of one of the priorities.
    pub(super) fn first_arrived(&self) -> Option<Instant> {
        let mut oldest: Option<Instant> = None;
        let mut first = self.waiting.first_key_value();
        while let Some((turn, item)) = first {
            oldest = Some(oldest.map_or(item.revision, |oldest| oldest.min(item.revision)));
            // Mostly all have one priority, and there is nothing to search for.
            if self.waiting.last_key_value().is_some_and(|(last, _)| last.urgency == turn.urgency) {
                break;
            }
            let last = Turn { urgency: turn.urgency, number: u64::MAX };
            first = self.waiting.range(last..).next();
        }
        oldest
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    pub(super) fn has_missing(&self) -> bool {
        self.missing > 0
    }
}

//! When which tenant was hurt, as one indicator saw it.

use crate::units::Instant;

/// So many spells of tenants are kept, some 24 MB; later ones count and are not told one by one.
const SPELLS_MAX: usize = 1_000_000;

/// A span of time in which a tenant was hurt; one evaluation counts until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spell {
    /// Who was hurt.
    pub tenant: u32,
    /// The first evaluation at which it was.
    pub from: Instant,
    /// The first one after it at which it was not, or was not counted.
    pub to: Instant,
}

/// When which tenant was hurt: memory in proportion to how often that changes.
#[derive(Debug)]
pub struct Spells {
    all: Vec<Spell>,
    /// So many of them lie in windows; those after them may turn out not to count.
    settled: usize,
    /// The place of each tenant's newest.
    newest: Vec<usize>,
    is_full: bool,
}

impl Spells {
    pub(super) fn new(tenants: usize) -> Self {
        Self { all: Vec::new(), settled: 0, newest: vec![usize::MAX; tenants], is_full: false }
    }

    /// The spells that lie in windows, each tenant's in the order of time.
    #[must_use]
    pub fn settled(&self) -> &[Spell] {
        &self.all[..self.settled]
    }

    /// Whether there were more than are kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Counts those that were pending, since a window holds them.
    pub(super) fn settle(&mut self) {
        self.settled = self.all.len();
    }

    /// Forgets those that were pending, since no window came of them.
    pub(super) fn forget(&mut self) {
        self.all.truncate(self.settled);
    }

    /// Lets the tenant's newest spell go on if it ends now, or else begins another.
    pub(super) fn add(&mut self, tenant: usize, now: Instant, to: Instant) {
        let tenant_id = u32::try_from(tenant).unwrap_or(u32::MAX);
        // A spell that did not count is gone, and another tenant's may stand in its place.
        let newest = self.all.get_mut(self.newest[tenant]);
        if let Some(spell) = newest.filter(|it| it.tenant == tenant_id && it.to == now) {
            spell.to = to;
        } else if self.all.len() < SPELLS_MAX {
            self.newest[tenant] = self.all.len();
            self.all.push(Spell { tenant: tenant_id, from: now, to });
        } else {
            self.is_full = true;
        }
    }
}

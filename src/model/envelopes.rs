//! Envelopes: what one job may cost at most on rented capacity.

use crate::units::{ClassId, Money, PoolId, TenantId};

/// What one job may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Its name.
    pub name: String,
    /// Classes that it is for, ascending.
    pub classes: Vec<ClassId>,
    /// Tenants whose jobs it is for, ascending; `None` for all.
    pub tenants: Option<Vec<TenantId>>,
    /// Rented pools whose cost counts, ascending.
    pub pools: Vec<PoolId>,
    /// What the GPUs of one job may cost there, all its attempts together.
    pub amount: Money,
    /// Whether a job that reaches it writes a checkpoint and waits for other capacity; it is over otherwise.
    pub saves: bool,
    /// Whether a job that is expected to cost more is not placed at all.
    pub looks_ahead: bool,
}

impl Envelope {
    /// Whether it is for jobs of a class and a tenant.
    pub fn concerns(&self, class: ClassId, tenant: TenantId) -> bool {
        let tenants = self.tenants.as_ref();
        self.classes.binary_search(&class).is_ok()
            && tenants.is_none_or(|tenants| tenants.binary_search(&tenant).is_ok())
    }

    /// Whether what a pool costs counts.
    pub fn counts(&self, pool: PoolId) -> bool {
        self.pools.binary_search(&pool).is_ok()
    }
}

/// All envelopes; no job belongs to two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelopes {
    /// All of them, in the order of the scenario.
    pub list: Vec<Envelope>,
}

impl Envelopes {
    /// Whether there are any.
    #[inline]
    pub const fn are_used(&self) -> bool {
        !self.list.is_empty()
    }

    /// The envelope of jobs of a class and a tenant, if they have one, with its number.
    pub fn of(&self, class: ClassId, tenant: TenantId) -> Option<(u16, &Envelope)> {
        let mut all = self.list.iter().enumerate();
        let found = all.find(|(_, envelope)| envelope.concerns(class, tenant));
        found.map(|(index, envelope)| (index as u16, envelope))
    }
}

//! Dense ids: an index into one table, which cannot be used with another.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The place in the table that this id belongs to.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            /// The id of table row `index`; tables are bounded at load, so this does not wrap.
            fn from(index: usize) -> Self {
                Self(index as $inner)
            }
        }
    };
}

id!(
    /// A job, numbered in order of arrival within one replication.
    JobId(u32)
);
id!(
    /// A pool of equal nodes.
    PoolId(u16)
);
id!(
    /// A site.
    SiteId(u16)
);
id!(
    /// A provider, who counts what leaves all its sites together.
    ProviderId(u16)
);
id!(
    /// A data set that jobs read.
    DatasetId(u16)
);
id!(
    /// One direction of a link between sites.
    LinkId(u16)
);
id!(
    /// A service that jobs need before they can start.
    ServiceId(u16)
);
id!(
    /// A service as one site sees it.
    OutletId(u32)
);
id!(
    /// A class of work.
    ClassId(u16)
);
id!(
    /// Which labels jobs have beside those of their class; the first is none.
    LabelsId(u16)
);
id!(
    /// A tenant: the team or project that pays.
    TenantId(u16)
);
id!(
    /// A strategy of the scenario.
    StrategyId(u16)
);
id!(
    /// A shape of request: jobs that are alike in all that placement looks at.
    ShapeId(u16)
);
id!(
    /// A node (or rented instance slot) within its pool.
    NodeId(u32)
);

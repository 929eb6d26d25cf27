//! What providers say of themselves.

use crate::units::{ProviderId, SimTime};

use super::rules::Value;

/// One thing that the sheet of a provider can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SheetItem {
    /// What it is certified for.
    Certificates,
    /// Where what is given to it stays.
    Residency,
    /// Who else works for it.
    SubProcessors,
    /// Who sees the log of what it does.
    Logging,
    /// How its people come to what is ours.
    Access,
    /// Within how many hours it tells of an incident.
    IncidentNotice,
    /// Whether it proves that what was deleted is.
    DeletionProof,
    /// In how many hours of a week somebody answers.
    Support,
    /// The availability that it promises.
    Availability,
}

impl SheetItem {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Certificates,
        Self::Residency,
        Self::SubProcessors,
        Self::Logging,
        Self::Access,
        Self::IncidentNotice,
        Self::DeletionProof,
        Self::Support,
        Self::Availability,
    ];

    /// The word for it in a `[[provider]]`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::Residency => "residency",
            Self::SubProcessors => "sub_processors",
            Self::Logging => "logging",
            Self::Access => "access",
            Self::IncidentNotice => "incident_notice",
            Self::DeletionProof => "deletion_proof",
            Self::Support => "support",
            Self::Availability => "availability",
        }
    }

    /// The word for it in rules, as an attribute of a target.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Certificates => "provider_certificates",
            Self::Residency => "provider_residency",
            Self::SubProcessors => "provider_sub_processors",
            Self::Logging => "provider_logging",
            Self::Access => "provider_access",
            Self::IncidentNotice => "provider_incident_notice",
            Self::DeletionProof => "provider_deletion_proof",
            Self::Support => "provider_support",
            Self::Availability => "provider_availability",
        }
    }
}

/// What one provider says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderSheet {
    /// Who.
    pub provider: ProviderId,
    /// Its name.
    pub name: String,
    /// What it says, in the order of [`SheetItem::ALL`]; nothing where nobody wrote a sheet.
    pub says: Vec<(SheetItem, Value)>,
    /// Certificates that hold at the start and lapse in the run, each with when.
    pub lapse: Vec<(String, SimTime)>,
    /// Certificates that had lapsed before the start.
    pub lapsed: Vec<String>,
    /// The availability that it promises.
    pub availability: Option<f64>,
}

impl ProviderSheet {
    /// What it does not say.
    pub fn missing(&self) -> impl Iterator<Item = SheetItem> + '_ {
        let says = |item: &SheetItem| self.says.iter().any(|(said, _)| said == item);
        SheetItem::ALL.into_iter().filter(move |item| !says(item))
    }
}

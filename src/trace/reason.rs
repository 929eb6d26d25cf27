//! Why a row was dropped, and what was changed about a row that was kept.

use serde::Serialize;

/// An enum whose variants have words for the report.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
        }

        impl $name {
            /// All of them, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The words in the report.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

pub(super) use named;

named!(
    /// Why a row is not in the trace.
    DropReason {
        /// More or fewer fields than the format has.
        FieldCount = "wrong number of fields",
        /// Bytes that are no text.
        NotUtf8 = "not UTF-8",
        /// No time of submission.
        SubmitMissing = "submit time missing",
        /// A time of submission that does not read as declared.
        SubmitUnreadable = "submit time unreadable",
        /// Submitted before the declared start of the trace.
        BeforeStart = "submitted before the declared start",
        /// No run time, or the source says that it does not know.
        DurationMissing = "run time unknown",
        /// A run time that is no finite number or time.
        DurationUnreadable = "run time unreadable",
        /// A run time below zero.
        DurationNegative = "run time negative",
        /// A time beyond a thousand years.
        TimeTooLarge = "time beyond 1,000 years",
        /// No number of GPUs.
        GpusMissing = "number of GPUs unknown",
        /// A number of GPUs that is no number, negative, or absurd.
        GpusUnreadable = "number of GPUs unreadable",
        /// A job that asks for no GPU.
        GpusZero = "asks for 0 GPUs",
        /// A requested time that is no number.
        RequestedUnreadable = "requested time unreadable",
        /// A state that the mapping does not name.
        StateUnknown = "state not in the mapping",
        /// Still running when the source was recorded: its run time is only known to be longer.
        Censored = "still running at the end of the source",
        /// One piece of a job that has a summary line elsewhere.
        PartialExecution = "partial execution of a job",
        /// A priority that is no whole number.
        PriorityUnreadable = "priority unreadable",
    }
);

named!(
    /// What was changed about a row that is in the trace.
    Adjustment {
        /// A run time of 0 became 1 ms.
        ZeroDuration = "run time 0 taken as 1 ms",
        /// The source states no requested time: an assumption takes its place.
        RequestedMissing = "no requested time; the class default, or true run time × requested_factor, is assumed",
        /// The source does not say how the job ended.
        OutcomeUnknown = "outcome unknown, taken as finished",
        /// The requested gang is unknown, so the allocated one was taken.
        GangAllocated = "requested gang unknown, allocated taken",
        /// More than one GPU and a fraction became whole GPUs.
        GangRounded = "fraction above one GPU rounded up to whole GPUs",
        /// Still running when recorded, kept with the time so far, as declared.
        CensoredKept = "still running at the end, kept with the time so far",
        /// The declared product column disagrees with run time × GPUs.
        ProductMismatch = "GPU-time column is not run time × GPUs",
        /// No tenant or no class.
        LabelMissing = "tenant or class missing, taken as `unknown`",
    }
);

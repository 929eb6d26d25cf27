//! Why a row of recorded weather was dropped, and what was changed about one that was kept.

use serde::Serialize;

use super::super::reason::named;

named!(
    /// Why a row is not in the history.
    WeatherDrop {
        /// More or fewer fields than the format has.
        FieldCount = "wrong number of fields",
        /// Bytes that are no text.
        NotUtf8 = "not UTF-8",
        /// A line that does not read as the format says.
        Unreadable = "line unreadable",
        /// A time that is missing or does not read as declared.
        TimeUnreadable = "time missing or unreadable",
        /// A time beyond a thousand years.
        TimeTooLarge = "time beyond 1,000 years",
        /// No price in the declared column.
        PriceMissing = "no price stated",
        /// A price that is no number of at least 0.
        PriceUnreadable = "price unreadable or negative",
        /// Another key than the declared one.
        Filtered = "does not match the declared columns",
        /// Another operating system or licence.
        OtherProduct = "another product than the declared one",
        /// An instance type of which nobody said how many GPUs it has.
        InstanceUnknown = "instance type whose GPUs are not declared",
        /// The same price of the same key at the same instant.
        Repeated = "repeats another row",
        /// The price that held already.
        Unchanged = "price unchanged, no step",
        /// Nothing held yet.
        Starting = "still starting",
        /// Beyond the end of the shortest file of a set.
        BeyondShortest = "after the end of the shortest file of the set",
        /// A row that says that nothing happens.
        NoChange = "no node comes or goes",
        /// An action that is neither add nor remove.
        ActionUnknown = "action is not add, remove, no-op or migration",
        /// A node that is there already.
        NodeThere = "adds a node that is there already",
        /// A node that is not there.
        NodeNotThere = "removes a node that is not there",
        /// No number of nodes.
        CountUnreadable = "number of nodes unreadable",
        /// Nobody is down.
        EntityMissing = "no entity named",
        /// No end of the outage.
        EndMissing = "no end: still down when the record ends",
        /// An end before the start.
        EndsBeforeStart = "ends before it starts",
        /// An interval of no length that says nothing.
        EmptyInterval = "up for no time",
        /// A state that is neither up nor down.
        StateUnknown = "state is neither 0 (down) nor 1 (up)",
    }
);

named!(
    /// What was changed about a row that is in the history.
    WeatherChange {
        /// A price with more than six decimals per GPU-hour.
        PriceRounded = "price per GPU-hour rounded to a millionth",
        /// An outage of no length became 1 ms.
        ZeroOutage = "down for 0 ms, taken as 1 ms",
        /// Two outages of one entity at once.
        Merged = "overlaps another outage of the same entity, merged",
        /// The stated length disagrees with the dates.
        LengthDisagrees = "stated down time is not end − start, the dates are taken",
        /// No cause is stated.
        CauseMissing = "no cause stated, taken as `unknown`",
        /// More than one cause is stated.
        CausesSeveral = "several causes stated, the first taken",
        /// Only the system is known.
        NodeMissing = "no node stated, booked on the system as a whole",
        /// Time about which an up/down record says nothing.
        GapUnknown = "gap before it, of which nothing is known, taken as up",
        /// Nodes of a group that cannot come or go.
        NodesIgnored = "names nodes that are there already or not there, these are ignored",
    }
);

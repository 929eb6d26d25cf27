//! The checked, indexed estate and demand, and the outside events of one replication.

//! The checked, indexed estate and demand, and the outside events of one replication.
//!
//! [`Model`] is what a scenario means: every name resolved to a dense id, every quantity in base units.
//! [`Timeline`] is one sampled world: a pure function of (model, seed, replication) that does not know which
//! strategy will live in it.

mod answer_gates;
mod bare;
mod budgets;
mod cohorts;
mod columns;
mod commitments;
mod compile;
mod contracts;
mod coupling;
mod data;
mod demand;
mod elastic;
mod envelopes;
mod errand;
mod estate;
mod factors;
mod failover;
mod freight;
mod happening;
mod initial;
mod journeys;
mod labels;
mod leaving;
mod load;
mod maintenance;
mod market;
mod moves;
mod network;
mod pool;
mod power;
mod prices;
mod quotas;
mod rates;
mod request;
mod retention;
mod rhythm;
mod rollout;
mod rules;
mod runbook;
mod sample;
mod scored;
mod services;
mod settings;
mod sheets;
mod spot;
mod start_windows;
mod storage;
mod tariffs;
mod timeline;
mod transforms;
mod validation;
mod veto;
mod weather;

pub use answer_gates::AnswerGate;
pub use budgets::{AtLimit, Budget, BudgetPeriod, Budgets};
pub use columns::{dimensions, layout_of};
pub use commitments::{Commitments, Promise, Settled, VolumeDiscount};
pub use compile::{Assumption, Compiled, compile};
pub use contracts::{Contracts, Owning, Renewal};
pub use coupling::{Elsewhere, Lack, Part, elsewhere, single_points};
pub use data::{Artifact, Dataset};
pub use demand::{Demand, DemandSource, Generated, Recorded, Replay, Resample};
pub use elastic::{Batch, Elastic, ElasticTerms, Smaller};
pub use envelopes::{Envelope, Envelopes};
pub use errand::Errand;
pub use estate::{CheckpointHome, Class, Horizon, Model, Overrun, Preemption, Site, SiteKind};
pub use factors::{Effect, Factors, Moves};
pub use failover::{
    DOORS_MAX, Door, FailBack, Failover, FailoverAction, Failovers, Level, Objectives, Signal,
    Target, Trigger,
};
pub use freight::Freight;
pub use happening::{Happening, Incident, Turn};
pub use initial::{Balance, Initial, InitialJob};
pub use labels::{Amount, LabelReport, LabelRow, LabelSource, Labels};
pub use leaving::{Evacuation, evacuations};
pub use load::{GpuLoad, InventoryRow, LoadReport};
pub use maintenance::{Drain, Maintenance};
pub use market::{Market, MovingPrice, PriceLaw, SharedDrought, Zone, ZoneCapacity};
pub use moves::{Ends, KnownOfMoves, MoveRules, Verdict};
pub use network::{
    Background, Link, LinkKind, LinkUse, Network, ROUTES_MAX, Replica, Route, Traffic,
};
pub use pool::{Boot, Packing, Pool, RentKind, Rented, Spread, Supply, Term};
pub use power::{Draw, Power, PowerMeter};
pub use prices::PriceSteps;
pub use quotas::{Cohort, QuotaOf, QuotaShare, QuotaTerms, Quotas, Reclaim};
pub use rates::RateSteps;
pub use request::{Labelled, Outcome, Request, Shape};
pub use retention::{KeptFor, KeptFrom, KeptKind, PROOF_USUAL, Retention, RetentionRule};
pub use rhythm::{Cut, Rhythm};
pub use rollout::{Begins, Change, Gate, Later, OnFail, Order, Phase, Retirement, Rollout, Twin};
pub use rules::{
    AttributeChange, AttributeSaid, Consequence, Finding, FindingRow, Findings, Masks, Rule,
    RuleEffect, RuleMode, RuleOn, Rules, Value as AttributeValue, Whom, set_bits,
};
pub use runbook::{Runbook, Stage, Step, StepDoes};
pub use sample::SampleScratch;
pub use scored::{Grouping, Scored, Scoring, Weights};
pub use services::{
    OnLoss, OnPull, OnSubmit, OnSync, Outlet, Rotation, Service, ServiceKind, Services, Uses,
};
pub use settings::{Discipline, Placement, Requeue, Spill, SpillTest, StrategySettings};
pub use sheets::{ProviderSheet, SheetItem};
pub use spot::{SpotPolicy, Uniform, Zones};
pub use start_windows::{StartWindow, StartWindows, Teardown, WINDOWS_MAX};
pub use storage::Storage;
pub use tariffs::Tariffs;
pub use timeline::{JobSource, Timeline, Truth};
pub use transforms::{Derived, Transform, TransformKind, TransformWork, Transforms};
pub use validation::{Fate, Flaws, Inspection, Prospects, Validation};
pub use weather::{
    Entity, Failure, Gpu, GpuFailure, InstanceFailure, LinkFailure, NodeRange, Releases,
    ServiceFailure, Shop, Times, Weather,
};

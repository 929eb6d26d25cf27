//! The estates that weather comes over.

/// An estate with something of each kind.
pub(crate) const ESTATE: &str = r#"
[scenario]
name          = "estate"
start         = 2026-01-05T00:00:00Z
horizon       = "28 d"
reference_gpu = "h200"

[[site]]
name         = "dc"
kind         = "private"
jurisdiction = "DE"

[[site]]
name         = "shop"
kind         = "edge"
jurisdiction = "DE"

[[site]]
name    = "aws"
catalog = "aws-us-east-2"

[[pool]]
name  = "dc/h200"
site  = "dc"
gpu   = "h200"
nodes = 40
offer = { kind = "owned", price = "2.50 USD/GPU-h" }

[[pool]]
name          = "shop/l40s"
site          = "shop"
gpu           = "l40s"
nodes         = 2
gpus_per_node = 4
offer         = { kind = "owned", price = "1.20 USD/GPU-h" }

[[pool]]
name  = "aws/spot"
site  = "aws"
gpu   = "h200"
offer = { kind = "spot", quota = 64 }

[[pool]]
name  = "aws/on-demand"
site  = "aws"
gpu   = "h200"
offer = { kind = "on-demand", quota = 64 }

[[key_service]]
name    = "kms"
cache   = "1 h"
on_loss = "stop"

# Enough for all in fair weather: 330 GPUs read 6.6 GB/s.
[[storage]]
name = "lake"
site = "dc"
read = "8 GB/s"

[[storage]]
name = "bucket"
site = "aws"

[[link]]
name      = "wan"
from      = "dc"
to        = "shop"
kind      = "vpn"
bandwidth = "10 Gb/s"

[[identity_provider]]
name      = "sso"
federated = true
home      = "dc"
lifetime  = "12 h"

[[registry]]
name      = "hub"
bandwidth = "1 GB/s"

[[artifact]]
name     = "base model"
kind     = "model"
size     = "140 GB"
registry = "hub"
versions = ["2.1", "2.0"]
key      = "kms"

[[class]]
name      = "kiosk"
sites     = ["shop"]
burst     = false
artifacts = ["base model"]
identity  = "sso"
match     = { tenant = "kiosk" }

[[class]]
name      = "single"
key       = "kms"
artifacts = ["base model"]
feed      = "0.02 GB/s per GPU"

[[class]]
name       = "node"
key        = "kms"
identity   = "sso"
checkpoint = { interval = "4 h" }
feed       = "0.02 GB/s per GPU"

[[class]]
name = "large"
feed = "0.02 GB/s per GPU"

[[demand]]
name      = "research"
generator = { preset = "shared-research", load = 1.1 }
drop      = ["unplaceable"]

[[demand]]
name      = "kiosk"
generator = { arrivals = "smooth", jobs_per_day = 60, zone = "Europe/Berlin", run_time = 0.1, gangs = { 1 = 1 }, tenants = { kiosk = 1 } }

[[strategy]]
name      = "out after 10 min"
queue     = { kind = "fit-first" }
placement = { kind = "private-first", spill = { waited = "10 min" } }
"#;

/// Capacity under contract, beside the rest.
pub(crate) const CONTRACTS: &str = r#"
[[site]]
name = "host"
kind = "hosted"

[[pool]]
name  = "host/h200"
site  = "host"
gpu   = "h200"
nodes = 1
offer = { kind = "hosted", price = "3 USD/GPU-h" }

[[pool]]
name  = "aws/block"
site  = "aws"
gpu   = "h200"
nodes = 2
offer = { kind = "capacity-block", price = "5.20 USD/GPU-h", from = "10 d", until = "20 d" }

[[pool]]
name  = "dc/written-off"
site  = "dc"
gpu   = "h200"
nodes = 1
offer = { kind = "owned", tco = "h200-4y" }
"#;

/// The private site is lost for a day, and checkpoints go from everywhere to what is rented.
pub(crate) const LOSSES: &str = r#"
[[link]]
name      = "uplink"
from      = "dc"
to        = "aws"
kind      = "internet"
bandwidth = "10 Gb/s"

[[happening]]
name  = "dc lost"
at    = "9 d"
what  = "nodes-down"
where = { sites = ["dc"] }
lasts = "1 d"
"#;

/// Records of patients, which may leave masked, for whoever is certified.
pub(super) const RULES: &str = r#"
[[dataset]]
name       = "records"
size       = "1 TB"
home       = "dc"
attributes = { classification = ["health"] }

[[link]]
name      = "uplink"
from      = "dc"
to        = "aws"
kind      = "vpn"
bandwidth = "10 Gb/s"

[[transform]]
name    = "mask"
kind    = "mask"
removes = { classification = ["health"] }
rate    = "1 TB/h"

[[rule]]
id        = "certified"
effect    = "forbid"
when      = '''target.rented && !("iso-27001" in target.certifications)'''
on_change = "evict"

[[rule]]
id        = "runs masked"
effect    = "require"
transform = "mask"
when      = '''"health" in job.classification && target.rented'''
on_change = "stop"

[[rule]]
id        = "moves masked"
on        = "move"
effect    = "require"
transform = "mask"
when      = '''"health" in data.classification && to.kind == "gpuaas"'''
on_change = "stop"

[attributes.data.classification]
assume = []

[attributes.target.certifications]
assume = []
"#;

//! A slow and obviously right simulator of owned pools in which only the number of GPUs matters: at every
//! event it looks at the whole line again, and it remembers nothing but who waits and who runs.

use plimsoll::model::{Discipline, Model, Overrun, Timeline};

/// When and where a job ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    pub start: u64,
    pub end: u64,
    pub pool: usize,
}

#[derive(Clone, Copy, Debug)]
struct Running {
    job: usize,
    pool: usize,
    gpus: u64,
    end: u64,
    estimate: u64,
}

struct Slow<'a> {
    model: &'a Model,
    timeline: &'a Timeline,
    discipline: &'a Discipline,
    now: u64,
    line: Vec<usize>,
    running: Vec<Running>,
    ran: Vec<Option<Ran>>,
}

/// Plays a world until it is empty. A job that no pool could ever hold is dropped.
pub fn simulate(model: &Model, timeline: &Timeline, strategy: usize) -> Vec<Option<Ran>> {
    let jobs = timeline.requests.len();
    let mut slow = Slow {
        model,
        timeline,
        discipline: &model.strategies[strategy].discipline,
        now: 0,
        line: Vec::new(),
        running: Vec::new(),
        ran: vec![None; jobs],
    };
    let mut next = 0;
    loop {
        let arrival = timeline.requests.get(next).map(|job| job.submit.0);
        let finish = slow.running.iter().map(|running| running.end).min();
        let Some(now) = arrival.into_iter().chain(finish).min() else {
            return slow.ran;
        };
        slow.now = now;
        let ran = slow.running.len();
        slow.running.retain(|running| running.end > now);
        let mut due = slow.running.len() < ran;
        while next < jobs && timeline.requests[next].submit.0 == now {
            if !slow.allowed(next).is_empty() {
                slow.line.push(next);
                due = true;
            }
            next += 1;
        }
        if due {
            slow.pass();
        }
    }
}

impl Slow<'_> {
    fn gpus(&self, job: usize) -> u64 {
        self.model
            .milli_of(self.timeline.requests[job].shape)
            .div_ceil(1000)
    }

    /// The pools that could hold a job when nothing else is there, in order.
    fn allowed(&self, job: usize) -> Vec<usize> {
        let class = self.model.class_of(self.timeline.requests[job].shape);
        self.model.classes[class.index()]
            .pools
            .iter()
            .map(|pool| pool.index())
            .filter(|&pool| self.model.pools[pool].gpus() >= self.gpus(job))
            .collect()
    }

    /// How long so much reference work takes a job in a pool.
    fn span(&self, job: usize, pool: usize, work: u64) -> u64 {
        let class = self.model.class_of(self.timeline.requests[job].shape);
        let speed = u64::from(self.model.pools[pool].speed[class.index()]);
        (work * 1000).div_ceil(speed)
    }

    fn requested(&self, job: usize) -> u64 {
        self.timeline.requests[job].requested.0.max(1)
    }

    fn free(&self, pool: usize) -> u64 {
        let busy: u64 = self
            .running
            .iter()
            .filter(|running| running.pool == pool)
            .map(|running| running.gpus)
            .sum();
        self.model.pools[pool].gpus() - busy
    }

    fn start(&mut self, job: usize, pool: usize) {
        let mut work = self.timeline.truth[job].work.0;
        if self.model.overrun == Overrun::Kill {
            work = work.min(self.requested(job));
        }
        let end = self.now + self.span(job, pool, work);
        self.running.push(Running {
            job,
            pool,
            gpus: self.gpus(job),
            end,
            estimate: self.now + self.span(job, pool, self.requested(job)),
        });
        self.ran[job] = Some(Ran {
            start: self.now,
            end,
            pool,
        });
        self.line.retain(|&other| other != job);
    }

    fn pass(&mut self) {
        match self.discipline {
            Discipline::ShortestFirst => {
                let timeline = self.timeline;
                self.line
                    .sort_by_key(|&job| (timeline.requests[job].requested, job));
            }
            Discipline::Priority => {
                let timeline = self.timeline;
                self.line
                    .sort_by_key(|&job| (-timeline.requests[job].priority, job));
            }
            _ => self.line.sort_unstable(),
        }
        match *self.discipline {
            Discipline::FitFirst => self.strict(false),
            Discipline::Easy => self.easy(),
            Discipline::Conservative { depth } => self.conservative(depth),
            _ => self.strict(true),
        }
    }

    fn strict(&mut self, closes: bool) {
        let mut closed = vec![false; self.model.pools.len()];
        for job in self.line.clone() {
            let gpus = self.gpus(job);
            let allowed = self.allowed(job);
            let room = allowed
                .iter()
                .find(|&&pool| !closed[pool] && self.free(pool) >= gpus);
            if let Some(&pool) = room {
                self.start(job, pool);
            } else if closes {
                for pool in allowed {
                    closed[pool] = true;
                }
            }
        }
    }

    /// Who runs longer than expected is expected to run a minute, or a tenth of the request, longer.
    fn extend(&mut self) {
        for index in 0..self.running.len() {
            let Running { job, pool, .. } = self.running[index];
            let tenth = self.span(job, pool, self.timeline.requests[job].requested.0 / 10);
            if self.running[index].estimate <= self.now {
                self.running[index].estimate = self.now + tenth.max(60_000);
            }
        }
    }

    /// The first instant, by the estimates, at which a pool has room, and what is left over then.
    fn shadow(&self, pool: usize, gpus: u64) -> (u64, u64) {
        let mut instants: Vec<u64> = self.running.iter().map(|r| r.estimate).collect();
        instants.push(self.now);
        instants.sort_unstable();
        for at in instants {
            let freed: u64 = self
                .running
                .iter()
                .filter(|r| r.pool == pool && r.estimate <= at)
                .map(|r| r.gpus)
                .sum();
            if self.free(pool) + freed >= gpus {
                return (at, self.free(pool) + freed - gpus);
            }
        }
        unreachable!("an allowed pool has room in the end")
    }

    fn easy(&mut self) {
        self.extend();
        let mut reserved: Vec<Option<(u64, u64)>> = vec![None; self.model.pools.len()];
        for job in self.line.clone() {
            let gpus = self.gpus(job);
            let allowed = self.allowed(job);
            let room = allowed.iter().copied().find(|&pool| {
                let end = self.now + self.span(job, pool, self.requested(job));
                self.free(pool) >= gpus
                    && reserved[pool].is_none_or(|(at, extra)| gpus <= extra || end <= at)
            });
            if let Some(pool) = room {
                self.start(job, pool);
                let end = self.now + self.span(job, pool, self.requested(job));
                if let Some((at, extra)) = &mut reserved[pool]
                    && end > *at
                {
                    *extra -= gpus;
                }
                continue;
            }
            let shadows = allowed.iter().map(|&pool| self.shadow(pool, gpus).0);
            let home = shadows
                .zip(allowed.iter().copied().enumerate())
                .min()
                .map(|(_, (_, pool))| pool);
            if let Some(home) = home.filter(|&home| reserved[home].is_none()) {
                reserved[home] = Some(self.shadow(home, gpus));
            }
        }
    }

    fn conservative(&mut self, depth: u32) {
        self.extend();
        // (pool, from, to, GPUs): what is taken, now and in future.
        let mut taken: Vec<(usize, u64, u64, u64)> = self
            .running
            .iter()
            .map(|r| (r.pool, self.now, r.estimate, r.gpus))
            .collect();
        let mut blocked = 0;
        for job in self.line.clone() {
            if blocked == depth {
                break;
            }
            let gpus = self.gpus(job);
            let mut best: Option<(u64, usize)> = None;
            for pool in self.allowed(job) {
                let span = self.span(job, pool, self.requested(job));
                let at = self.earliest(pool, gpus, span, &taken);
                if best.is_none_or(|(first, _)| at < first) {
                    best = Some((at, pool));
                }
            }
            let (at, pool) = best.unwrap();
            let span = self.span(job, pool, self.requested(job));
            taken.push((pool, at, at + span, gpus));
            if at == self.now {
                self.start(job, pool);
            } else {
                blocked += 1;
            }
        }
    }

    fn earliest(&self, pool: usize, gpus: u64, span: u64, taken: &[(usize, u64, u64, u64)]) -> u64 {
        let total = self.model.pools[pool].gpus();
        let used_at = |at: u64| -> u64 {
            taken
                .iter()
                .filter(|t| t.0 == pool && t.1 <= at && at < t.2)
                .map(|t| t.3)
                .sum()
        };
        let mut starts: Vec<u64> = taken.iter().map(|t| t.2).collect();
        starts.push(self.now);
        starts.sort_unstable();
        starts
            .into_iter()
            .find(|&start| {
                // Use changes only where something is taken: look at the start and at each such instant.
                let inside = taken.iter().map(|t| t.1).filter(|&at| at > start);
                inside
                    .filter(|&at| at < start + span)
                    .chain([start])
                    .all(|at| used_at(at) + gpus <= total)
            })
            .unwrap()
    }
}

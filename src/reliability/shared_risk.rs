//! Things that fall together because something above them falls.

/// A thing that works when it is up itself and everything above it is: a region with racks, a rack with nodes,
/// a node (without members).
#[derive(Clone, Debug, PartialEq)]
pub struct RiskGroup {
    /// Its own availability.
    pub availability: f64,
    /// What hangs from it; none for a leaf.
    pub members: Vec<RiskGroup>,
}

impl RiskGroup {
    /// A leaf.
    pub const fn leaf(availability: f64) -> Self {
        Self {
            availability,
            members: Vec::new(),
        }
    }

    /// A group of `n` members like `member`.
    pub fn of(availability: f64, n: usize, member: &Self) -> Self {
        Self {
            availability,
            members: vec![member.clone(); n],
        }
    }

    /// The share of time that every leaf works: the product over all groups, each counted once.
    pub fn all_up(&self) -> f64 {
        self.members
            .iter()
            .fold(self.availability, |product, member| {
                product * member.all_up()
            })
    }

    /// The share of time that each number of leaves works, from none to all.
    pub fn distribution(&self) -> Vec<f64> {
        if self.members.is_empty() {
            return vec![1.0 - self.availability, self.availability];
        }
        let mut shares = vec![1.0];
        for member in &self.members {
            shares = convolve(&shares, &member.distribution());
        }
        for share in &mut shares {
            *share *= self.availability;
        }
        shares[0] += 1.0 - self.availability;
        shares
    }
}

fn convolve(one: &[f64], other: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; one.len() + other.len() - 1];
    for (i, a) in one.iter().enumerate() {
        for (j, b) in other.iter().enumerate() {
            out[i + j] += a * b;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::assert_close;
    use super::*;

    #[test]
    fn printed_values() {
        // Node .99, rack .999, region .9995; 16 nodes in 2 racks or in 16.
        let node = RiskGroup::leaf(0.99);
        let two = RiskGroup::of(0.9995, 2, &RiskGroup::of(0.999, 8, &node));
        assert_close(two.all_up(), 0.8493308292);
        let sixteen = RiskGroup::of(0.9995, 16, &RiskGroup::of(0.999, 1, &node));
        assert_close(sixteen.all_up(), 0.8375171783);
        for tree in [two, sixteen] {
            let shares = tree.distribution();
            assert_close(shares.iter().sum(), 1.0);
            assert_close(shares[16], tree.all_up());
            // The mean counts each node's own chain: 16 × .9995 × .999 × .99.
            let mean: f64 = shares.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
            assert_close(mean, 16.0 * 0.9995 * 0.999 * 0.99);
        }
    }
}

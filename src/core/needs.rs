//! Who needs whom: order of starts, cycles, and what a service brings with it.
//!
//! Everything here is a question about one graph. Names that are needed but not defined take no
//! part in it: the loader has refused them already.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::model::{ServiceDef, ServiceName};

/// The graph of needs, in both directions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    needs: BTreeMap<ServiceName, BTreeSet<ServiceName>>,
    needed_by: BTreeMap<ServiceName, BTreeSet<ServiceName>>,
}

impl Needs {
    /// The graph of these services.
    pub fn of<'a>(services: impl IntoIterator<Item = &'a Arc<ServiceDef>>) -> Self {
        Self::new(services.into_iter().map(|def| {
            let needs = def.depends_on.iter().map(|need| need.service.clone());
            (def.name.clone(), needs.collect())
        }))
    }

    /// The graph of these names and what each of them needs.
    pub fn new(edges: impl IntoIterator<Item = (ServiceName, Vec<ServiceName>)>) -> Self {
        let all: BTreeMap<_, _> = edges.into_iter().collect();
        let mut graph = Self::default();
        for (name, needs) in &all {
            graph.needed_by.entry(name.clone()).or_default();
            let known: BTreeSet<_> = needs
                .iter()
                .filter(|need| all.contains_key(*need))
                .cloned()
                .collect();
            for need in &known {
                let dependents = graph.needed_by.entry(need.clone()).or_default();
                dependents.insert(name.clone());
            }
            graph.needs.insert(name.clone(), known);
        }
        graph
    }

    /// What a service needs, directly.
    pub fn needs(&self, name: &ServiceName) -> impl Iterator<Item = &ServiceName> {
        self.needs.get(name).into_iter().flatten()
    }

    /// Who needs a service, directly.
    pub fn needed_by(&self, name: &ServiceName) -> impl Iterator<Item = &ServiceName> {
        self.needed_by.get(name).into_iter().flatten()
    }

    /// These services and everything they need, over any number of steps.
    pub fn closure<'a>(
        &self,
        names: impl IntoIterator<Item = &'a ServiceName>,
    ) -> BTreeSet<ServiceName> {
        reach(&self.needs, names)
    }

    /// These services and everybody who needs them, over any number of steps.
    pub fn dependents<'a>(
        &self,
        names: impl IntoIterator<Item = &'a ServiceName>,
    ) -> BTreeSet<ServiceName> {
        reach(&self.needed_by, names)
    }

    /// All services, each one after everything it needs; by name where that leaves a choice. Stops
    /// go the other way round. Services that stand in or behind a cycle come last, by name.
    pub fn start_order(&self) -> Vec<ServiceName> {
        let (mut order, stuck) = self.sort();
        order.extend(stuck.into_iter().cloned());
        order
    }

    /// One cycle, if there is any: `[a, b]` means that a needs b and b needs a. The first name is
    /// the smallest of the cycle.
    pub fn cycle(&self) -> Option<Vec<ServiceName>> {
        let (_, stuck) = self.sort();
        // Each stuck service needs another stuck one, so walking along the needs must come back.
        let mut path: Vec<&ServiceName> = Vec::new();
        let mut here = *stuck.first()?;
        let start = loop {
            if let Some(seen) = path.iter().position(|name| *name == here) {
                break seen;
            }
            path.push(here);
            here = self.needs(here).find(|need| stuck.contains(need))?;
        };
        let mut cycle: Vec<ServiceName> = path.into_iter().skip(start).cloned().collect();
        let smallest = cycle.iter().min()?;
        let first = cycle.iter().position(|name| name == smallest)?;
        cycle.rotate_left(first);
        Some(cycle)
    }

    /// The services that can be put in order, in order; and the rest, which a cycle holds up.
    fn sort(&self) -> (Vec<ServiceName>, BTreeSet<&ServiceName>) {
        let mut missing: BTreeMap<&ServiceName, usize> = self
            .needs
            .iter()
            .map(|(name, needs)| (name, needs.len()))
            .collect();
        let mut ready: BTreeSet<&ServiceName> = missing
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(name, _)| *name)
            .collect();
        let mut order = Vec::with_capacity(missing.len());
        while let Some(name) = ready.pop_first() {
            missing.remove(name);
            order.push(name.clone());
            for dependent in self.needed_by(name) {
                if let Some(count) = missing.get_mut(dependent) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(dependent);
                    }
                }
            }
        }
        (order, missing.into_keys().collect())
    }
}

/// Everything that can be reached from these names, themselves included.
fn reach<'a>(
    edges: &BTreeMap<ServiceName, BTreeSet<ServiceName>>,
    names: impl IntoIterator<Item = &'a ServiceName>,
) -> BTreeSet<ServiceName> {
    let mut todo: Vec<&ServiceName> = names.into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(name) = todo.pop() {
        if let Some(next) = edges.get(name)
            && seen.insert(name.clone())
        {
            todo.extend(next);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(text: &str) -> ServiceName {
        text.parse().unwrap()
    }

    fn graph(text: &str) -> Needs {
        Needs::new(text.split_whitespace().map(|item| {
            let (from, to) = item.split_once(':').unwrap();
            let needs = to.split(',').filter(|need| !need.is_empty());
            (name(from), needs.map(name).collect())
        }))
    }

    fn words(names: impl IntoIterator<Item = ServiceName>) -> String {
        let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
        names.join(" ")
    }

    const SHOP: &str =
        "gateway:auth,orders orders:inventory,payments auth: inventory: payments: mail:";

    #[test]
    fn services_start_after_what_they_need_and_by_name_otherwise() {
        assert_eq!(
            words(graph(SHOP).start_order()),
            "auth inventory mail payments orders gateway"
        );
    }

    #[test]
    fn a_service_brings_what_it_needs_and_names_who_needs_it() {
        let shop = graph(SHOP);
        assert_eq!(
            words(shop.closure([&name("orders")])),
            "inventory orders payments"
        );
        assert_eq!(
            words(shop.dependents([&name("payments")])),
            "gateway orders payments"
        );
        assert_eq!(words(shop.needed_by(&name("payments")).cloned()), "orders");
        assert_eq!(words(shop.needs(&name("gateway")).cloned()), "auth orders");
        assert_eq!(words(shop.closure([&name("nobody")])), "");
    }

    #[test]
    fn a_cycle_is_told_from_its_smallest_name() {
        assert_eq!(graph(SHOP).cycle(), None);
        let round = graph("z:c c:b b:d d:c free:");
        assert_eq!(words(round.cycle().unwrap()), "b d c");
        assert_eq!(words(round.start_order()), "free b c d z");
        assert_eq!(words(graph("a:a").cycle().unwrap()), "a");
    }

    #[test]
    fn a_need_that_nobody_defines_holds_up_nothing() {
        let graph = graph("a:ghost b:a");
        assert_eq!(graph.cycle(), None);
        assert_eq!(words(graph.start_order()), "a b");
    }

    /// Random graphs of up to eight services, as a matrix of needs.
    fn matrix() -> impl Strategy<Value = Vec<Vec<bool>>> {
        (0_usize..8).prop_flat_map(|n| {
            let cell = prop::bool::weighted(0.2);
            prop::collection::vec(prop::collection::vec(cell, n), n)
        })
    }

    fn from_matrix(matrix: &[Vec<bool>]) -> Needs {
        Needs::new(matrix.iter().enumerate().map(|(from, row)| {
            let needs = (0..row.len()).filter(|to| row[*to]);
            let needs = needs.map(|to| name(&format!("s{to}"))).collect();
            (name(&format!("s{from}")), needs)
        }))
    }

    /// Which service reaches which, by Warshall's algorithm: the naive reference.
    fn reaches(matrix: &[Vec<bool>]) -> Vec<Vec<bool>> {
        let mut reach = matrix.to_vec();
        for via in 0..matrix.len() {
            for from in 0..matrix.len() {
                for to in 0..matrix.len() {
                    reach[from][to] |= reach[from][via] && reach[via][to];
                }
            }
        }
        reach
    }

    proptest! {
        #[test]
        fn agrees_with_the_naive_reference(matrix in matrix()) {
            let graph = from_matrix(&matrix);
            let reach = reaches(&matrix);
            let all = 0..matrix.len();
            let named = |i: usize| name(&format!("s{i}"));

            for i in all.clone() {
                let needs: BTreeSet<_> =
                    all.clone().filter(|j| *j == i || reach[i][*j]).map(named).collect();
                prop_assert_eq!(graph.closure([&named(i)]), needs);
                let dependents: BTreeSet<_> =
                    all.clone().filter(|j| *j == i || reach[*j][i]).map(named).collect();
                prop_assert_eq!(graph.dependents([&named(i)]), dependents);
            }

            let order = graph.start_order();
            prop_assert_eq!(order.iter().collect::<BTreeSet<_>>().len(), matrix.len());
            prop_assert_eq!(order.len(), matrix.len());
            let place = |i: usize| order.iter().position(|n| *n == named(i));
            for (i, j) in all.clone().flat_map(|i| all.clone().map(move |j| (i, j))) {
                // Only what stands in or behind a cycle may come before its needs.
                let held_up = reach[i][i] || all.clone().any(|k| reach[i][k] && reach[k][k]);
                if matrix[i][j] && !held_up {
                    prop_assert!(place(j) < place(i));
                }
            }

            let cyclic = all.clone().any(|i| reach[i][i]);
            match graph.cycle() {
                None => prop_assert!(!cyclic),
                Some(cycle) => {
                    let next = cycle.iter().cycle().skip(1);
                    for (from, to) in cycle.iter().zip(next) {
                        prop_assert!(graph.needs(from).any(|need| need == to));
                    }
                    let unique: BTreeSet<_> = cycle.iter().collect();
                    prop_assert_eq!(unique.len(), cycle.len());
                    prop_assert_eq!(cycle.first(), cycle.iter().min());
                }
            }
        }
    }
}

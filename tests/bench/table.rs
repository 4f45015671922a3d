//! What was measured, as a plain table; and the targets.

use crate::{inputs::Unit, measure::Cost, peers::AGE};

/// All that was measured with one input.
pub struct Table {
    title: String,
    rounds: usize,
    /// What one run moves, in the unit of the rate.
    amount: f64,
    unit: &'static str,
    rows: Vec<Row>,
}

/// One peer doing one thing.
struct Row {
    what: &'static str,
    who: &'static str,
    runs: Vec<Result<Cost, String>>,
}

impl Table {
    /// An empty one.
    pub fn new(title: &str, rounds: usize, unit: Unit, files: u64, bytes: u64) -> Self {
        let (amount, unit) = match unit {
            Unit::Bytes => (bytes as f64 / f64::from(1 << 20), "MiB/s"),
            Unit::Files => (files as f64, "files/s"),
        };
        Table { title: title.to_owned(), rounds, amount, unit, rows: Vec::new() }
    }

    /// Notes a run.
    pub fn note(&mut self, what: &'static str, who: &'static str, run: Result<Cost, String>) {
        match self.rows.iter_mut().find(|row| row.what == what && row.who == who) {
            Some(row) => row.runs.push(run),
            None => self.rows.push(Row { what, who, runs: vec![run] }),
        }
    }

    /// The median of what somebody's doing something cost, column by column.
    pub fn median(&self, what: &str, who: &str) -> Option<Cost> {
        self.rows.iter().find(|row| row.what == what && row.who == who)?.median().ok()
    }

    /// As [`Table::median`], without what starting alone costs.
    pub fn without_start(&self, what: &str, who: &str, start: &str) -> Option<Cost> {
        let (whole, start) = (self.median(what, who)?, self.median("start", start)?);
        let (cpu, system) = (whole.cpu - start.cpu, whole.system - start.system);
        Some(Cost { cpu, system, wall: whole.wall - start.wall, peak: None })
    }

    /// What one of those that were moved cost, in milliseconds of CPU.
    pub fn milliseconds_each(&self, cost: Cost) -> f64 {
        cost.cpu * 1000.0 / self.amount
    }

    /// What was moved a second, of this cost's wall time.
    pub fn rate(&self, cost: Cost) -> f64 {
        self.amount / cost.wall
    }

    /// Prints it.
    pub fn print(&self) {
        let rounds = if self.rounds == 1 { "one round".to_owned() } else { format!("{} rounds, medians", self.rounds) };
        println!("\n{} ({rounds})\n", self.title);
        println!(
            "  {:<32} {:>8} {:>7} {:>8} {:>8} {:>7} {:>9} {:>9}",
            "", "CPU s", "x age", "system", "wall s", "x age", self.unit, "peak MiB"
        );
        for what in ["start", "add", "get"] {
            println!("{what}");
            let mut rows: Vec<&Row> = self.rows.iter().filter(|row| row.what == what).collect();
            rows.sort_by_key(|row| !row.who.starts_with(VALISE));
            rows.into_iter().for_each(|row| self.print_row(row));
        }
    }

    fn print_row(&self, row: &Row) {
        match row.median() {
            Ok(cost) => self.print_cost(row.what, row.who, cost),
            Err(why) => println!("  {:<32} not run: {why}", row.who),
        }
        if let Some(start) = start_of(row.what, row.who)
            && let Some(cost) = self.without_start(row.what, row.who, start)
        {
            self.print_cost(row.what, "  without starting", cost);
        }
    }

    fn print_cost(&self, what: &str, who: &str, cost: Cost) {
        let age = self.median(what, AGE);
        let times = |of: fn(&Cost) -> f64| {
            age.as_ref().map_or(String::new(), |age| format!("{:.2}", of(&cost) / of(age).max(0.01)))
        };
        let rate = if what == "start" { String::new() } else { format!("{:.0}", self.rate(cost)) };
        println!(
            "  {who:<32} {:>8.2} {:>7} {:>8.2} {:>8.2} {:>7} {rate:>9} {:>9}",
            cost.cpu,
            times(|cost| cost.cpu),
            cost.system,
            cost.wall,
            times(|cost| cost.wall),
            cost.peak.map_or(String::new(), |peak| format!("{peak:.0}")),
        );
    }
}

/// Valise, adding and getting her own; the same before anything was added; and after.
pub const VALISE: &str = "valise";
/// A colleague.
pub const COLLEAGUE: &str = "valise, from the pinning node";
/// Adding while the catalog does not answer: nothing is announced and nothing is fetched from here meanwhile.
pub const ALONE: &str = "valise, catalog away";
/// The bare node.
pub const BARE: &str = "bare node";
/// `valise ls` in a home with a folder that is empty ...
pub const LS_BEFORE: &str = "valise ls, nothing added yet";
/// ... and when the input lies in it.
pub const LS_AFTER: &str = "valise ls, all added";
/// A colleague's.
pub const LS_COLLEAGUE: &str = "valise ls, colleague";

/// Which start is part of what is done.
fn start_of(what: &str, who: &str) -> Option<&'static str> {
    match (what, who) {
        ("add", VALISE | ALONE) => Some(LS_BEFORE),
        ("get", VALISE) => Some(LS_AFTER),
        ("get", COLLEAGUE) => Some(LS_COLLEAGUE),
        ("add", BARE) => Some(BARE),
        _ => None,
    }
}

impl Row {
    fn median(&self) -> Result<Cost, String> {
        let runs: Vec<Cost> = self.runs.iter().cloned().collect::<Result<_, _>>()?;
        let peaks: Vec<f64> = runs.iter().filter_map(|run| run.peak).collect();
        Ok(Cost {
            cpu: median(runs.iter().map(|run| run.cpu)),
            system: median(runs.iter().map(|run| run.system)),
            wall: median(runs.iter().map(|run| run.wall)),
            peak: (!peaks.is_empty()).then(|| median(peaks)),
        })
    }
}

/// The one in the middle; of two, the greater.
pub fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What Valise is to reach.
pub struct Target {
    /// In words, with the figure that is to be reached.
    pub wanted: &'static str,
    /// The figure that was measured; none when it could not be.
    pub found: Option<f64>,
    /// More of the same, for people.
    pub aside: String,
    /// Whether that is enough.
    pub enough: fn(f64) -> bool,
}

/// Prints them with what was found.
pub fn print_targets(targets: &[Target]) {
    println!("\nTargets\n");
    for target in targets {
        let (found, verdict) = match target.found {
            Some(found) if (target.enough)(found) => (format!("{found:.2}"), "met"),
            Some(found) => (format!("{found:.2}"), "falls short"),
            None => ("".to_owned(), "not run"),
        };
        println!("  {:<66} {found:>8}  {verdict:<12} {}", target.wanted, target.aside);
    }
}

//! What is wrong with a run: a gallery of faults, and which of them are found.
//!
//! Twelve kinds of fault are made on purpose, in ten runs each, and sixty runs are healthy. Each fault has a finding that is meant for
//! it. Thresholds were chosen by the runs of the first five seeds; those of the other five were kept apart.
//!
//! ```text
//! cargo run --release --example diagnose
//! ```

#[path = "common/gallery.rs"]
mod gallery;

use gallery::{Fault, Task, diagnose, faulty, healthy};
use training_replay::Result;

fn main() -> Result<()> {
    println!("{:<34}{:<22}{:>12}{:>12}", "fault", "found as", "seeds 0-4", "seeds 5-9");
    for fault in Fault::ALL {
        let found = |seeds: std::ops::Range<u64>| -> Result<usize> {
            let found = seeds.map(|seed| is_found(fault, seed)).collect::<Result<Vec<_>>>()?;
            Ok(found.into_iter().filter(|&found| found).count())
        };
        println!("{fault:<34}{:<22}{:>7} of 5{:>7} of 5", fault.kind(), found(0..5)?, found(5..10)?);
    }
    for task in Task::ALL {
        for seed in 0..10 {
            let diagnosis = diagnose(&healthy(task, seed)?)?;
            for finding in &diagnosis.findings {
                println!("healthy {task:?} {seed}: {}", diagnosis.sentence(finding));
            }
        }
    }
    Ok(())
}

fn is_found(fault: Fault, seed: u64) -> Result<bool> {
    let diagnosis = diagnose(&faulty(fault, seed)?)?;
    let found = diagnosis.of_kind(fault.kind()).count() > 0;
    if !found || std::env::var("ALL").is_ok() {
        println!("{fault} {seed}\n{diagnosis}");
    }
    Ok(found)
}

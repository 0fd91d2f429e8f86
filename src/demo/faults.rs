//! The faults that a demo service can be told to have: one row each.

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// It ends without having been asked.
    Crash,
    /// It takes connections and never answers.
    Hang,
    /// It says of itself that it is ill, and refuses work.
    RefuseHealth,
    /// It does not end when asked.
    IgnoreTerm,
    /// It lives, but does not listen any more.
    ReleasePort,
    /// It starts processes that outlive it.
    ForkChildren,
    /// It answers late.
    Slow,
    /// It fails a share of its work.
    ErrorRate,
    /// It takes more and more memory.
    MemoryLeak,
    /// It burns processor time.
    CpuBurn,
    /// It writes line after line into its log.
    LogFlood,
    /// It says of itself that it is well, and refuses work.
    LieAboutHealth,
    /// It does not recover when asked.
    FailRecover,
    /// Its next run takes long to start.
    SlowStart,
}

/// What there is to know about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Which one.
    pub fault: Fault,
    /// Its name in JSON.
    pub name: &'static str,
    /// What it does, in one line.
    pub doc: &'static str,
    /// Whether `POST /recover` sheds it, given that it arrives.
    pub recover_sheds: bool,
    /// What `POST /fault` takes for it, beside its name.
    pub takes: &'static [&'static str],
}

/// Every fault.
pub const FAULTS: [Row; 14] = [
    Row {
        fault: Fault::Crash,
        name: "crash",
        doc: "ends with an exit code (1) or by a signal, after_ms (20) later",
        recover_sheds: false,
        takes: &["code", "signal", "after_ms"],
    },
    Row {
        fault: Fault::Hang,
        name: "hang",
        doc: "takes connections and never answers, so that recover cannot arrive either",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::RefuseHealth,
        name: "refuse_health",
        doc: "answers 503 on /healthz, and to work",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::IgnoreTerm,
        name: "ignore_term",
        doc: "goes on after SIGTERM",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::ReleasePort,
        name: "release_port",
        doc: "closes its listening socket and lives on; recover arrives only over a kept connection",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::ForkChildren,
        name: "fork_children",
        doc: "starts children of five kinds that live until they are killed",
        recover_sheds: false,
        takes: &["kinds", "empty_env"],
    },
    Row {
        fault: Fault::Slow,
        name: "slow",
        doc: "answers work delay_ms (400) late, and up to jitter_ms (0) more; with health (false) also /healthz",
        recover_sheds: true,
        takes: &["delay_ms", "jitter_ms", "health", "for_ms"],
    },
    Row {
        fault: Fault::ErrorRate,
        name: "error_rate",
        doc: "answers 500 to percent (50) of all work, evenly spread",
        recover_sheds: true,
        takes: &["percent", "for_ms"],
    },
    Row {
        fault: Fault::MemoryLeak,
        name: "memory_leak",
        doc: "takes mb_per_s (8) more MiB of memory a second, up to max_mb (256), and keeps them",
        recover_sheds: true,
        takes: &["mb_per_s", "max_mb", "for_ms"],
    },
    Row {
        fault: Fault::CpuBurn,
        name: "cpu_burn",
        doc: "burns cores_pct (80) percent of one core",
        recover_sheds: true,
        takes: &["cores_pct", "for_ms"],
    },
    Row {
        fault: Fault::LogFlood,
        name: "log_flood",
        doc: "writes lines_per_s (10000; 0 for no limit) numbered lines of width (80) bytes to stream (stdout), and ends after bytes (16777216)",
        recover_sheds: true,
        takes: &["lines_per_s", "bytes", "width", "stream", "for_ms"],
    },
    Row {
        fault: Fault::LieAboutHealth,
        name: "lie_about_health",
        doc: "answers 200 on /healthz, and 503 to work",
        recover_sheds: true,
        takes: &["for_ms"],
    },
    Row {
        fault: Fault::FailRecover,
        name: "fail_recover",
        doc: "answers 500 on /recover and sheds nothing, so many times (no limit)",
        recover_sheds: false,
        takes: &["times", "for_ms"],
    },
    Row {
        fault: Fault::SlowStart,
        name: "slow_start",
        doc: "lets its next run listen only after ms (5000), once; needs --state-dir",
        recover_sheds: true,
        takes: &["ms"],
    },
];

impl Fault {
    /// Its row in the table.
    pub fn row(self) -> Row {
        let [
            crash,
            hang,
            refuse_health,
            ignore_term,
            release_port,
            fork_children,
            slow,
            error_rate,
            memory_leak,
            cpu_burn,
            log_flood,
            lie_about_health,
            fail_recover,
            slow_start,
        ] = FAULTS;
        match self {
            Self::Crash => crash,
            Self::Hang => hang,
            Self::RefuseHealth => refuse_health,
            Self::IgnoreTerm => ignore_term,
            Self::ReleasePort => release_port,
            Self::ForkChildren => fork_children,
            Self::Slow => slow,
            Self::ErrorRate => error_rate,
            Self::MemoryLeak => memory_leak,
            Self::CpuBurn => cpu_burn,
            Self::LogFlood => log_flood,
            Self::LieAboutHealth => lie_about_health,
            Self::FailRecover => fail_recover,
            Self::SlowStart => slow_start,
        }
    }
}

/// What a person reads about the faults below the options of `oats demo-service`.
pub(super) fn help() -> String {
    let one = |row: Row| {
        let (name, doc, takes) = (row.name, row.doc, row.takes.join(", "));
        let sheds = if row.recover_sheds {
            "sheds"
        } else {
            "does not shed"
        };
        format!("{name}: {doc}.\n    Takes {takes}. POST /recover {sheds} it.")
    };
    let faults = FAULTS.map(one).join("\n");
    format!(
        "Faults, with --allow-faults: POST /fault {{\"fault\": NAME, ...}}, with the headers \
         X-Oats-Fault: 1 and Content-Type: application/json. With for_ms a fault ends by itself \
         after so many milliseconds.\n\n{faults}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_finds_its_own_row() {
        for row in FAULTS {
            assert_eq!(row.fault.row(), row);
        }
    }

    #[test]
    fn every_value_that_a_fault_takes_is_in_its_help() {
        for row in FAULTS {
            for value in row.takes {
                assert!(help().contains(value), "{} {value}", row.name);
            }
        }
    }
}

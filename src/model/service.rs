//! What a service is: its file, parsed once into types.

use std::{collections::BTreeMap, fmt, net::IpAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    exit::Signal,
    ids::{Port, ServiceName},
    pattern::Pattern,
};

/// One service, as its file defines it. Placeholders are filled in; paths are absolute.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDef {
    /// Its name: the stem of its file.
    pub name: ServiceName,
    /// One line for people.
    pub description: Option<String>,
    /// What to run.
    pub command: CommandLine,
    /// Where to run it; absolute.
    pub cwd: PathBuf,
    /// Files of variables on top of oats's own environment, in order; absolute. They are read at
    /// each spawn.
    pub env_files: Vec<PathBuf>,
    /// Variables on top of those.
    pub env: BTreeMap<String, String>,
    /// The TCP port it must listen on.
    pub port: Option<Port>,
    /// Who must be the one that listens there.
    pub port_owner: PortOwner,
    /// What must be there before it starts.
    pub depends_on: Vec<Need>,
    /// The group it is shown in.
    pub group: Option<String>,
    /// Whether a plain `oats` or `oats serve` starts it.
    pub autostart: bool,
    /// Whether faults may be injected into it.
    pub arena: bool,
    /// How its health is seen.
    pub health: ProbeSpec,
    /// What Recover does to it; `None`: nothing can.
    pub recover: Option<RecoverSpec>,
    /// How it is stopped.
    pub stop: StopSpec,
    /// What follows an exit that nobody asked for.
    pub restart: RestartSpec,
    /// How long its logs may grow.
    pub logs: LogSpec,
}

impl ServiceDef {
    /// What is known of a service without a file: nothing to run, no port, alive is healthy.
    pub fn unknown(name: ServiceName) -> Self {
        let seconds = Duration::from_secs;
        Self {
            name,
            description: None,
            command: CommandLine::Argv(Vec::new()),
            cwd: PathBuf::from("/"),
            env_files: Vec::new(),
            env: BTreeMap::new(),
            port: None,
            port_owner: PortOwner::Own,
            depends_on: Vec::new(),
            group: None,
            autostart: false,
            arena: false,
            health: ProbeSpec {
                kind: ProbeKind::Alive,
                interval: seconds(1),
                timeout: seconds(1),
                failures: 1,
                successes: 1,
                start_timeout: seconds(1),
            },
            recover: None,
            stop: StopSpec {
                signal: Signal::TERM,
                timeout: seconds(5),
            },
            restart: RestartSpec {
                policy: RestartPolicy::Never,
                first_delay: seconds(1),
                max_delay: seconds(1),
                give_up_deaths: 1,
                give_up_within: seconds(1),
                reset_after: seconds(1),
            },
            logs: LogSpec {
                max_bytes: u64::MAX,
                keep: 0,
            },
        }
    }

    /// Whether it is a task: without port and probe, so that ending with 0 completes it.
    pub fn is_task(&self) -> bool {
        self.health.kind == ProbeKind::Alive && self.port.is_none()
    }
}

/// What to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// A program and its arguments; never empty.
    Argv(Vec<String>),
    /// A line for `/bin/sh -c`.
    Shell(String),
}

impl CommandLine {
    /// The arguments to execute.
    pub fn argv(&self) -> Vec<String> {
        match self {
            Self::Argv(argv) => argv.clone(),
            Self::Shell(line) => vec!["/bin/sh".to_owned(), "-c".to_owned(), line.clone()],
        }
    }
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argv(argv) => f.write_str(&argv.join(" ")),
            Self::Shell(line) => f.write_str(line),
        }
    }
}

/// Who must listen on the port of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortOwner {
    /// A process of its own run.
    Own,
    /// Anybody: docker-proxy, socket activation.
    Any,
}

/// Another service that must be there first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The other service.
    pub service: ServiceName,
    /// What it must have reached.
    pub condition: Condition,
}

/// What a needed service must have reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Its process exists.
    Started,
    /// It is running and healthy.
    Healthy,
    /// It has ended with exit code 0.
    Completed,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Started => "started",
            Self::Healthy => "healthy",
            Self::Completed => "completed",
        })
    }
}

/// How health is seen.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSpec {
    /// What is asked.
    pub kind: ProbeKind,
    /// Time from one probe to the next once it is up.
    pub interval: Duration,
    /// How long one probe may take.
    pub timeout: Duration,
    /// Failures in a row until unhealthy.
    pub failures: u32,
    /// Successes in a row until healthy.
    pub successes: u32,
    /// How long a start may take until it counts as failed.
    pub start_timeout: Duration,
}

/// What a probe asks.
#[derive(Debug, Clone, PartialEq)]
pub enum ProbeKind {
    /// Nothing: alive is healthy.
    Alive,
    /// Whether its own run listens on its port; nobody connects.
    Listen,
    /// `GET` of a URL.
    Http {
        /// Where.
        url: HttpUrl,
        /// Which answers are healthy.
        expect: StatusRanges,
    },
    /// A TCP connection to HOST:PORT.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: Port,
    },
    /// A program that ends with 0.
    Exec {
        /// Program and arguments; never empty.
        argv: Vec<String>,
    },
    /// A line of output of this run that matches; from then on, alive is healthy.
    Log {
        /// What a line must match.
        pattern: Pattern,
    },
}

impl ProbeKind {
    /// Its name in JSON.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Alive => "none",
            Self::Listen => "listen",
            Self::Http { .. } => "http",
            Self::Tcp { .. } => "tcp",
            Self::Exec { .. } => "exec",
            Self::Log { .. } => "log",
        }
    }
}

/// As the subject of a reason: "GET /healthz".
impl fmt::Display for ProbeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alive => f.write_str("process"),
            Self::Listen => f.write_str("port"),
            Self::Http { url, .. } => write!(f, "GET {}", url.path),
            Self::Tcp { host, port } => write!(f, "TCP {host}:{port}"),
            Self::Exec { argv } => {
                write!(f, "exec {}", argv.first().map_or("", String::as_str))
            }
            Self::Log { .. } => f.write_str("log"),
        }
    }
}

/// An `http://` or `https://` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpUrl {
    /// Whether it is `https`.
    pub tls: bool,
    /// Host name or address, without brackets.
    pub host: String,
    /// Port.
    pub port: Port,
    /// Path and query, beginning with "/".
    pub path: String,
}

impl HttpUrl {
    /// Whether the host is this machine, by its spelling.
    pub fn is_local(&self) -> bool {
        let loopback = self
            .host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
        loopback || self.host.eq_ignore_ascii_case("localhost")
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "https" } else { "http" };
        if self.host.contains(':') {
            write!(f, "{scheme}://[{}]:{}{}", self.host, self.port, self.path)
        } else {
            write!(f, "{scheme}://{}:{}{}", self.host, self.port, self.path)
        }
    }
}

/// Which HTTP status codes are healthy: "200-299", "200,204".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRanges(pub Vec<(u16, u16)>);

impl StatusRanges {
    /// Whether this status is one of them.
    pub fn contains(&self, status: u16) -> bool {
        self.0
            .iter()
            .any(|(low, high)| (*low..=*high).contains(&status))
    }
}

/// What Recover does to a living service.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoverSpec {
    /// What is done.
    pub step: RecoverStep,
    /// How long it may take.
    pub timeout: Duration,
}

/// One way to recover.
#[derive(Debug, Clone, PartialEq)]
pub enum RecoverStep {
    /// A `POST`; 2xx is success.
    Http {
        /// Where it goes.
        url: HttpUrl,
        /// Whether the URL is on the service's own port.
        on_own_port: bool,
    },
    /// A program; ending with 0 is success.
    Exec {
        /// Program and arguments; never empty.
        argv: Vec<String>,
    },
}

impl RecoverSpec {
    /// Whether it asks the service's own port.
    pub fn asks_own_port(&self) -> bool {
        match self.step {
            RecoverStep::Http { on_own_port, .. } => on_own_port,
            RecoverStep::Exec { .. } => false,
        }
    }
}

/// How a service is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopSpec {
    /// The first signal, to the whole tree.
    pub signal: Signal,
    /// How long until SIGKILL.
    pub timeout: Duration,
}

/// When an exit that nobody asked for is followed by a start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestartPolicy {
    /// Never.
    Never,
    /// After every exit that would be Failed.
    OnFailure,
    /// After every exit.
    Always,
}

/// What follows an exit that nobody asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct RestartSpec {
    /// When.
    pub policy: RestartPolicy,
    /// Delay before the second restart in a row; the first is immediate. Doubles.
    pub first_delay: Duration,
    /// The longest delay.
    pub max_delay: Duration,
    /// Deaths in a row, within `give_up_within`, that end the attempts.
    pub give_up_deaths: u32,
    /// The span of those deaths.
    pub give_up_within: Duration,
    /// Time ready that ends the row.
    pub reset_after: Duration,
}

/// How long logs may grow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSpec {
    /// Size in bytes at which a file is rotated.
    pub max_bytes: u64,
    /// How many archives are kept.
    pub keep: u32,
}

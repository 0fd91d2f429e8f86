//! Who listens is found, whoever it is, and told apart from nobody.
//!
//! A child that another test is about to start holds our sockets for a moment: tests that tell
//! who holds a socket of their own run alone.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{IoSlice, Read as _},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    os::{fd::AsFd as _, unix::net::UnixStream},
    path::Path,
    time::Duration,
};

use rustix::{
    cmsg_space,
    net::{
        AddressFamily, RecvAncillaryBuffer, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
        SendFlags, SocketType, bind, listen, recvmsg, sendmsg, socket, sockopt,
    },
};

use super::{
    super::{
        holders::Finder,
        identity::{effective_uid, own_pid, user_name},
        ports::{PortListener, PortScanner},
        proc::{self, Stat},
        sockets::SocketWatch,
        spawn::Spawner,
    },
    support::{Run, alone, alone_under, root, until},
};
use crate::model::{Mono, Pid, Port, Signal};

fn port_of(listener: &TcpListener) -> Port {
    Port::new(listener.local_addr().unwrap().port()).unwrap()
}

fn at(seconds: u64) -> Mono {
    Mono(Duration::from_secs(seconds))
}

/// A scanner for one port.
struct Look {
    scanner: PortScanner,
    port: Port,
    likely: Vec<Pid>,
}

impl Look {
    fn new(port: Port, likely: &[Pid]) -> Self {
        Self {
            scanner: PortScanner::new().unwrap(),
            port,
            likely: likely.to_vec(),
        }
    }

    fn at(&mut self, seconds: u64) -> Vec<PortListener> {
        let ports = BTreeSet::from([self.port]);
        let mut seen = self
            .scanner
            .scan(&ports, &self.likely, at(seconds))
            .unwrap();
        seen.remove(&self.port).unwrap_or_default()
    }

    /// The processes; 0 for one that is not seen.
    fn pids_at(&mut self, seconds: u64) -> Vec<u32> {
        let seen = self.at(seconds);
        let pid = |it: &PortListener| it.owner.as_ref().map_or(0, |owner| owner.identity.pid.0);
        seen.iter().map(pid).collect()
    }
}

/// A python program that listens, in a run of its own.
struct Server {
    run: Run,
    port: Port,
}

impl Server {
    /// Starts a script that finds the listening socket in `s`, and waits for its `ready()`.
    fn start(spawner: &mut Spawner, root: &Path, before: &[&str], script: &str) -> Self {
        let out = root.join("port");
        let prelude = "import os, signal, socket, sys, threading, time\n\
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])\n\
            def wait(): signal.sigwait([signal.SIGUSR1])\n\
            def ready():\n open(sys.argv[1] + '.new', 'w').write(str(s.getsockname()[1]))\n \
            os.rename(sys.argv[1] + '.new', sys.argv[1])\n\
            s = socket.socket()\n\
            s.bind(('127.0.0.1', 0))\n\
            s.listen()\n";
        let program = format!("{prelude}{script}");
        let python = ["python3", "-c", &program, out.to_str().unwrap()];
        let run = Run::start(spawner, root, &[before, &python].concat());
        until("the server listens", || out.exists());
        let port: u16 = fs::read_to_string(&out).unwrap().parse().unwrap();
        let port = Port::new(port).unwrap();
        Self { run, port }
    }

    fn pid(&self) -> Pid {
        self.run.child.identity().pid
    }
}

fn child_of(pid: Pid) -> Option<Pid> {
    let table = proc::table();
    let mut children = table.values().filter(|stat| stat.parent == pid);
    children.next().map(|stat| stat.pid)
}

#[test]
fn listeners_of_both_families_are_told_with_their_addresses() {
    let mut watch = SocketWatch::new().unwrap();
    let mut addresses = ["127.0.0.1:0", "127.0.0.2:0", "0.0.0.0:0"].to_vec();
    if TcpListener::bind("[::1]:0").is_ok() {
        addresses.extend(["[::1]:0", "[::]:0", "[::ffff:127.0.0.1]:0"]);
    }
    let bind = |address: &&str| TcpListener::bind(*address).unwrap();
    let listeners: Vec<TcpListener> = addresses.iter().map(bind).collect();
    let _other = TcpListener::bind("127.0.0.1:0").unwrap();
    let ports: BTreeSet<Port> = listeners.iter().map(port_of).collect();
    let mut found = watch.listeners(&ports).unwrap();
    let plain = |address: SocketAddr| SocketAddr::new(address.ip().to_canonical(), address.port());
    let mut expected: Vec<SocketAddr> = listeners
        .iter()
        .map(|it| plain(it.local_addr().unwrap()))
        .collect();
    expected.sort();
    found.sort_by_key(|it| it.address);
    let told: Vec<SocketAddr> = found.iter().map(|it| it.address).collect();
    assert_eq!(told, expected);
    assert!(
        found
            .iter()
            .all(|it| it.inode > 0 && it.uid == effective_uid())
    );
    assert_eq!(watch.listeners(&BTreeSet::new()).unwrap(), []);
}

#[test]
fn more_listeners_than_fit_into_one_datagram_are_all_told() {
    alone(
        "ports::more_listeners_than_fit_into_one_datagram_are_all_told",
        || {
            let mut watch = SocketWatch::new().unwrap();
            let bind = |_| TcpListener::bind("127.0.0.1:0").unwrap();
            let listeners: Vec<TcpListener> = (0..400).map(bind).collect();
            let ports: BTreeSet<Port> = listeners.iter().map(port_of).collect();
            let told: BTreeSet<Port> = watch
                .listeners(&ports)
                .unwrap()
                .iter()
                .map(|it| it.port)
                .collect();
            assert_eq!(told, ports);
        },
    );
}

#[test]
fn connections_without_a_listener_are_nobody_and_are_explained() {
    alone(
        "ports::connections_without_a_listener_are_nobody_and_are_explained",
        || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut look = Look::new(port_of(&listener), &[own_pid()]);
            let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (server, _) = listener.accept().unwrap();
            assert_eq!(look.pids_at(1), [own_pid().0]);
            drop(listener);
            assert_eq!(look.pids_at(2), [0; 0]);
            assert!(!look.scanner.time_wait_only(look.port).unwrap());
            // The side that closes first is left with TIME_WAIT.
            server.shutdown(Shutdown::Write).unwrap();
            client.read_to_end(&mut Vec::new()).unwrap();
            drop((client, server));
            until("its end lingers", || {
                look.scanner.time_wait_only(look.port).unwrap()
            });
            assert_eq!(look.pids_at(3), [0; 0]);
            // The standard library's listeners reuse addresses.
            let _again = TcpListener::bind(("127.0.0.1", look.port.get())).unwrap();
            assert!(!look.scanner.time_wait_only(look.port).unwrap());
        },
    );
}

#[test]
fn listeners_that_share_a_port_are_told_one_by_one() {
    alone(
        "ports::listeners_that_share_a_port_are_told_one_by_one",
        || {
            let shared = |port: u16| {
                let fd = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
                sockopt::set_socket_reuseport(&fd, true).unwrap();
                bind(&fd, &SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
                listen(&fd, 8).unwrap();
                TcpListener::from(fd)
            };
            let first = shared(0);
            let port = port_of(&first);
            let _second = shared(port.get());
            let mut watch = SocketWatch::new().unwrap();
            let found = watch.listeners(&BTreeSet::from([port])).unwrap();
            assert_eq!(found.len(), 2);
            assert_ne!(found[0].inode, found[1].inode);
            // To people it is one process on one address.
            assert_eq!(Look::new(port, &[]).pids_at(1), [own_pid().0]);
        },
    );
}

#[test]
fn a_stranger_is_found_among_all_and_described_with_its_tag() {
    let (mut spawner, root) = (Spawner::new(), root());
    let server = Server::start(&mut spawner, root.path(), &[], "ready()\nwait()");
    let [seen] = &*Look::new(server.port, &[]).at(1) else {
        panic!("one listener")
    };
    let owner = seen.owner.as_ref().unwrap();
    assert_eq!(owner.identity, *server.run.child.identity());
    assert_eq!((owner.parent_pid, owner.session), (own_pid(), server.pid()));
    assert_eq!(owner.tag.as_ref().unwrap().run, server.run.query.run);
    // Line breaks of the script are no part of what is shown.
    assert!(
        owner.command.contains("import os, signal"),
        "{}",
        owner.command
    );
    assert!(
        !owner.command.contains(char::is_control),
        "{}",
        owner.command
    );
    let shown = seen.to_holder_process();
    assert_eq!(shown.address, format!("127.0.0.1:{}", server.port));
    assert_eq!(shown.user, user_name(effective_uid()));
}

#[test]
fn a_socket_below_a_likely_process_is_found_without_asking_everybody() {
    let (mut spawner, root) = (Spawner::new(), root());
    let shell = ["sh", "-c", "\"$@\"; exit", "sh"];
    let server = Server::start(&mut spawner, root.path(), &shell, "ready()\nwait()");
    let python = child_of(server.pid()).unwrap();
    assert_eq!(
        Look::new(server.port, &[server.pid()]).pids_at(1),
        [python.0]
    );
    let listeners = SocketWatch::new()
        .unwrap()
        .listeners(&BTreeSet::from([server.port]));
    let inode = listeners.unwrap()[0].inode;
    let mut finder = Finder::new(&BTreeSet::from([inode]));
    finder.look_into_likely([server.pid()].into_iter());
    assert_eq!(finder.into_found()[&inode][0].pid, python);
}

#[test]
fn whoever_inherited_the_socket_holds_it_too_also_when_born_later() {
    let (mut spawner, root) = (Spawner::new(), root());
    let script = "ready()\nwait()\nos.fork()\nwait()";
    let server = Server::start(&mut spawner, root.path(), &[], script);
    let master = server.pid();
    let mut look = Look::new(server.port, &[master]);
    assert_eq!(look.pids_at(1), [master.0]);
    server.run.child.signal(Signal(10)).unwrap();
    until("it has a worker", || child_of(master).is_some());
    let worker = child_of(master).unwrap();
    let mut both = [master.0, worker.0];
    both.sort_unstable();
    assert_eq!(look.pids_at(2), [master.0], "no look is due yet");
    assert_eq!(look.pids_at(4), both);
    assert_eq!(Look::new(server.port, &[master]).pids_at(1), both);
    assert_eq!(Look::new(server.port, &[]).pids_at(1), both);
    // The master dies, and the worker holds on; then nobody does.
    server.run.child.signal(Signal::KILL).unwrap();
    until("the master ends", || proc::is_dead(master));
    assert_eq!(look.pids_at(5), [worker.0]);
    let owner = look.at(6).remove(0).owner.unwrap();
    assert_ne!(owner.parent_pid, master);
    drop(server);
    until("nobody listens", || look.pids_at(7).is_empty());
}

#[test]
fn a_process_that_becomes_another_program_is_described_anew() {
    let (mut spawner, root) = (Spawner::new(), root());
    let script = "s.set_inheritable(True)\nready()\nwait()\n\
        os.execlp('sleep', 'sleep', '60')";
    let server = Server::start(&mut spawner, root.path(), &[], script);
    let mut look = Look::new(server.port, &[server.pid()]);
    let command = |seen: Vec<PortListener>| seen[0].owner.as_ref().unwrap().command.clone();
    assert!(command(look.at(1)).contains("python"));
    server.run.child.signal(Signal(10)).unwrap();
    until("it sleeps", || {
        proc::command(server.pid()).unwrap() == "sleep 60"
    });
    assert_eq!(command(look.at(4)), "sleep 60");
}

#[test]
fn a_socket_that_a_process_shows_in_its_other_threads_only_is_found() {
    let (mut spawner, root) = (Spawner::new(), root());
    let exit = if cfg!(target_arch = "x86_64") { 60 } else { 93 };
    let script = format!(
        "import ctypes\nthreading.Thread(target=time.sleep, args=(60,)).start()\nready()\n\
         ctypes.CDLL(None).syscall({exit}, 0)"
    );
    let server = Server::start(&mut spawner, root.path(), &[], &script);
    until("its first thread ends", || {
        Stat::read(server.pid()).unwrap().is_zombie()
    });
    let mut look = Look::new(server.port, &[server.pid()]);
    assert_eq!(look.pids_at(1), [server.pid().0]);
    assert_eq!(look.pids_at(2), [server.pid().0]);
}

#[test]
fn a_socket_that_nobody_shows_is_in_use_and_asked_about_again_after_a_while() {
    alone(
        "ports::a_socket_that_nobody_shows_is_in_use_and_asked_about_again_after_a_while",
        || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let mut look = Look::new(port_of(&listener), &[own_pid()]);
            // On its way from one end to the other the socket is in nobody's hands.
            let (one, other) = UnixStream::pair().unwrap();
            let fds = [listener.as_fd()];
            let mut space = [std::mem::MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
            let mut rights = SendAncillaryBuffer::new(&mut space);
            assert!(rights.push(SendAncillaryMessage::ScmRights(&fds)));
            sendmsg(&one, &[IoSlice::new(b"x")], &mut rights, SendFlags::empty()).unwrap();
            drop(listener);
            let [seen] = &*look.at(1) else {
                panic!("one listener")
            };
            assert_eq!(seen.owner, None);
            let shown = seen.to_holder_process();
            assert_eq!((shown.pid, shown.user), (None, user_name(effective_uid())));
            assert_eq!(shown.address, format!("127.0.0.1:{}", look.port));
            // Back in our hands; but the next look is not due yet.
            let mut space = [std::mem::MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
            let mut rights = RecvAncillaryBuffer::new(&mut space);
            let mut text = [0];
            let mut into = [std::io::IoSliceMut::new(&mut text)];
            recvmsg(&other, &mut into, &mut rights, RecvFlags::CMSG_CLOEXEC).unwrap();
            let back: Vec<_> = rights.drain().collect();
            assert_eq!(look.pids_at(2), [0]);
            assert_eq!(look.pids_at(3), [own_pid().0]);
            drop(back);
        },
    );
}

#[test]
fn a_listener_of_another_user_is_in_use_by_somebody_unseen() {
    const PORT: &str = "OATS_TEST_PORT";
    if env::var_os(PORT).is_none() && effective_uid() != 0 {
        return; // only root can become somebody else
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = format!("{PORT}={}", port_of(&listener));
    let nobody = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
    ];
    let wrapper = [&["env", &port], &nobody[..]].concat();
    let name = "ports::a_listener_of_another_user_is_in_use_by_somebody_unseen";
    alone_under(&wrapper, name, || {
        assert_eq!(effective_uid(), 65534);
        let port = Port::new(env::var(PORT).unwrap().parse().unwrap()).unwrap();
        let [seen] = &*Look::new(port, &[]).at(1) else {
            panic!("one listener")
        };
        assert_eq!((seen.uid, &*seen.user, &seen.owner), (0, "root", &None));
    });
}

//! Other processes: this test binary again, in a role that one of its ignored tests plays.

use std::{
    env,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
};

const FILE: &str = "ROLE_FILE";
const SIZE: &str = "ROLE_SIZE";

/// What a role is given: the file it works on, and a size that means what the role says.
pub fn given() -> Option<(PathBuf, usize)> {
    let size = env::var(SIZE).ok()?.parse().unwrap();
    Some((env::var_os(FILE)?.into(), size))
}

/// The command that plays a role: the ignored test of this name.
pub fn role(name: &str, file: &Path, size: usize) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([name, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(FILE, file).env(SIZE, size.to_string()).stdout(Stdio::piped()).stdin(Stdio::null());
    command
}

/// Sends word to the process that started this one; once this returns, it will be heard even if this one is killed.
pub fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n>{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// A process in a role, and what it says.
pub struct Page {
    child: Child,
    heard: JoinHandle<String>,
}

impl Page {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        let heard = thread::spawn(move || {
            let mut bytes = Vec::new();
            out.read_to_end(&mut bytes).unwrap();
            String::from_utf8(bytes).unwrap()
        });
        Self { child, heard }
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Kills it (SIGKILL), unless it came to its end by itself, which is a failure; returns the whole lines it said.
    pub fn kill(mut self) -> Vec<String> {
        assert!(self.is_running(), "it ended before it was killed");
        self.child.kill().unwrap();
        self.lines()
    }

    /// Waits for its end; fails unless it is a success.
    pub fn wait(mut self) -> Vec<String> {
        assert!(self.child.wait().unwrap().success());
        self.lines()
    }

    fn lines(mut self) -> Vec<String> {
        self.child.wait().unwrap();
        let heard = self.heard.join().unwrap();
        // A line that was cut by the end was not said.
        let whole = heard.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        whole.filter_map(|line| line.strip_prefix('>')).map(str::to_owned).collect()
    }
}

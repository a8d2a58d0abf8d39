//! What is written is whole or not there: killed runs, full disks, closed pipes, impossible places.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use tempfile::{TempDir, tempdir};

use crate::{hindsight, short_text, stderr, stdout, text, write};

const OLD: &str = "{ \"old\": \"and whole\" }\n";
const BINARY: &str = env!("CARGO_BIN_EXE_hindsight");

/// A folder with a scenario, a golden file and a report, both old.
struct Place {
    folder: TempDir,
    scenario: PathBuf,
    golden: PathBuf,
    report: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempdir().expect("a temporary folder can be made");
        let scenario = write(&folder, "a.json", &short_text());
        let golden = write(&folder, "a.golden.json", OLD);
        let report = write(&folder, "report.txt", OLD);
        Self { folder, scenario, golden, report }
    }

    fn replay(&self) -> [&str; 6] {
        ["replay", text(&self.scenario), "--format", "json", "-o", text(&self.report)]
    }

    /// The names in the folder.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("it is there");
        let names = entries
            .map(|it| it.expect("it can be read").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn assert_old(&self) {
        assert_eq!(self.names(), ["a.golden.json", "a.json", "report.txt"]);
        for file in [&self.golden, &self.report] {
            assert_eq!(fs::read_to_string(file).expect("it is there"), OLD);
        }
    }
}

/// Runs a shell's line with the binary as `$0` and these arguments.
fn shell(line: &str, arguments: &[&str]) -> assert_cmd::assert::Assert {
    let mut command = assert_cmd::Command::new("sh");
    command.env_remove("CI").args(["-c", line, BINARY]).args(arguments).assert()
}

#[test]
fn a_killed_run_leaves_the_old_file_or_the_new_one() {
    const KILLS: u32 = 32;
    let place = Place::new();
    let blessing = ["check", text(&place.scenario), "--bless"];
    hindsight(&place.replay()).assert().success();
    hindsight(&blessing).assert().success();
    let new = [&place.report, &place.golden].map(|file| fs::read_to_string(file).unwrap());
    for kill in 0..KILLS {
        let is_blessing = kill % 2 == 0;
        let file = if is_blessing { &place.golden } else { &place.report };
        let mut command = Command::new(BINARY);
        command.env_remove("CI").stdout(Stdio::null()).stderr(Stdio::null());
        if is_blessing {
            command.args(blessing)
        } else {
            command.args(place.replay())
        };
        fs::write(file, OLD).unwrap();
        let mut child = command.spawn().unwrap();
        // Once at its beginning, then ever later, in the end after it.
        sleep(Duration::from_millis(u64::from(kill * kill / 8)));
        // A run that is over cannot be killed.
        let _ = child.kill();
        child.wait().unwrap();
        let found = fs::read_to_string(file).unwrap();
        assert!(found == OLD || found == new[usize::from(is_blessing)], "killed, it left {found}");
    }
    hindsight(&["check", text(place.folder.path()), "--bless"]).assert().success();
    hindsight(&place.replay()).assert().success();
    assert_eq!(fs::read_to_string(&place.report).unwrap(), new[0]);
    assert_eq!(fs::read_to_string(&place.golden).unwrap(), new[1]);
    assert_eq!(place.names(), ["a.golden.json", "a.json", "report.txt"]);
}

#[test]
fn what_a_killed_run_left_is_no_scenario_and_goes_with_the_next_write() {
    let place = Place::new();
    write(&place.folder, ".hindsight-x7Tq2a.tmp", "{ \"half\": ");
    let folder = text(place.folder.path());
    let listed = stdout(&hindsight(&["list", folder, "--format", "json"]).assert().success());
    assert_eq!(listed.matches("\"file\"").count(), 1, "{listed}");
    hindsight(&["check", folder, "--bless"]).assert().success();
    assert_eq!(place.names(), ["a.golden.json", "a.json", "report.txt"]);
}

#[test]
fn a_disk_without_room_is_told_and_the_old_file_stays() {
    let place = Place::new();
    // Files of at most one block, and an error instead of a signal beyond that.
    let line = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let blessing = ["check", text(&place.scenario), "--bless"];
    for arguments in [&place.replay()[..], &blessing] {
        let assert = shell(line, arguments).code(2);
        let told = stderr(&assert);
        assert!(told.contains("error: cannot write") && told.contains("another place"), "{told}");
        place.assert_old();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_without_room_is_told() {
    let scenario = crate::SHORT;
    for arguments in [&["replay", scenario][..], &["schema"], &["explain", scenario]] {
        let assert = shell("exec \"$0\" \"$@\" > /dev/full", arguments).code(2);
        let told = stderr(&assert);
        assert!(told.contains("cannot write to standard output: No space left"), "{told}");
    }
    let assert = shell("exec \"$0\" \"$@\"", &["replay", scenario, "-o", "/dev/full"]).code(2);
    assert!(stderr(&assert).contains("cannot write /dev/full"), "{}", stderr(&assert));
}

#[test]
fn whoever_stops_reading_is_not_bothered() {
    for arguments in [&["schema"][..], &["replay", crate::SHORT, "--format", "json"]] {
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{:?}", output.status);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn without_any_standard_stream_the_file_is_whole() {
    let place = Place::new();
    shell("exec \"$0\" \"$@\" <&- >&- 2>&-", &place.replay()).success();
    let closed = fs::read_to_string(&place.report).unwrap();
    hindsight(&place.replay()).assert().success();
    assert_eq!(closed, fs::read_to_string(&place.report).unwrap());
}

#[test]
fn a_place_where_no_file_can_be_is_told_with_a_remedy() {
    let place = Place::new();
    let folder = place.folder.path();
    let mut cases = vec![
        (folder.to_owned(), "name a file in that folder"),
        (folder.join("none").join("r.json"), "make its folder first"),
        (place.report.join("r.json"), "choose another one"),
    ];
    if cfg!(target_os = "linux") {
        // Not even root may make a file there.
        cases.push((Path::new("/proc/hindsight.json").to_owned(), "choose"));
    }
    for (destination, remedy) in cases {
        for arguments in [
            vec!["replay", crate::SHORT, "-o", text(&destination)],
            vec!["explain", crate::SHORT, "-o", text(&destination)],
            vec!["new", "an-incident", "-o", text(&destination)],
        ] {
            let assert = hindsight(&arguments).assert().code(2);
            let told = stderr(&assert);
            assert!(told.contains("error: cannot write") && told.contains(remedy), "{told}");
        }
        place.assert_old();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_by_its_name_gives_the_same_bytes() {
    let report =
        |more: &[&str]| stdout(&hindsight(&["replay", crate::SHORT]).args(more).assert().success());
    assert_eq!(report(&["-o", "/dev/stdout"]), report(&[]));
    assert_eq!(report(&["-o", "-"]), report(&[]));
}

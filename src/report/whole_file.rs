//! Files that are written whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::NamedTempFile;

/// What the names of unfinished files begin and end with: no scenario, no golden file, hidden.
const PREFIX: &str = ".hindsight-";
const SUFFIX: &str = ".tmp";

/// So often somebody else may take a new file for a leftover before its writer has marked it as its own.
const ATTEMPTS_MAX: u32 = 8;

/// What can be done if a file cannot be written.
const REMEDIES: [(io::ErrorKind, &str); 8] = [
    (io::ErrorKind::NotFound, "make its folder first, or choose another one"),
    (io::ErrorKind::IsADirectory, "name a file in that folder"),
    (io::ErrorKind::NotADirectory, "what should be its folder is a file: choose another one"),
    (io::ErrorKind::PermissionDenied, "choose a folder that you may write to"),
    (io::ErrorKind::ReadOnlyFilesystem, "choose a folder that you may write to"),
    (io::ErrorKind::StorageFull, "make room, or choose another place"),
    (io::ErrorKind::QuotaExceeded, "make room, or choose another place"),
    (io::ErrorKind::FileTooLarge, "raise the limit on the size of files, or choose another place"),
];

/// Held while a file comes into being.
static WRITING: Mutex<()> = Mutex::new(());

/// Writes a file whole or not at all, through a new file beside it that then takes its place.
///
/// What is no regular file (a device, a pipe) is written to as it is; a link is followed. What writers
/// that were killed have left in the folder is removed.
///
/// # Errors
///
/// Fails if the folder does not exist or cannot be written to; an old file then stays as it was.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let file = &destination(file);
    let old = fs::metadata(file).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return fs::OpenOptions::new().write(true).open(file)?.write_all(bytes);
    }
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let _writing = nothing_being_written();
    remove_leftovers(folder);
    let mut new = own_file(folder)?;
    new.write_all(bytes)?;
    if let Some(old) = old {
        new.as_file().set_permissions(old.permissions())?;
    }
    new.as_file().sync_all()?;
    new.persist(file)?;
    sync_folder(folder);
    Ok(())
}

/// Waits until no file is half written, and lets none be begun while the guard lives: whoever ends the
/// process in between leaves nothing behind.
pub fn nothing_being_written() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What to say when a file could not be written, with what can be done about it.
#[must_use]
pub fn complaint(file: &Path, error: &io::Error) -> String {
    let remedy = REMEDIES.iter().find(|(kind, _)| *kind == error.kind());
    let remedy = remedy.map(|(_, remedy)| format!("; {remedy}")).unwrap_or_default();
    // The file that was not made is one beside it, of which nobody needs to know.
    let told = error.to_string();
    let told = told.split(" at path ").next().unwrap_or_default();
    format!("cannot write {}: {told}{remedy}", file.display())
}

/// Where the bytes go if `file` is a link, to a file that need not be there yet.
fn destination(file: &Path) -> PathBuf {
    if let Ok(file) = fs::canonicalize(file) {
        return file;
    }
    match fs::read_link(file) {
        Ok(target) => file.parent().unwrap_or(Path::new("")).join(target),
        Err(_) => file.to_owned(),
    }
}

/// A new file whose lock says that somebody is writing it.
fn own_file(folder: &Path) -> io::Result<NamedTempFile> {
    for _ in 1..ATTEMPTS_MAX {
        let new = builder().tempfile_in(folder)?;
        // A file system without locks keeps its leftovers, for nobody can tell that they are some.
        let is_taken = matches!(new.as_file().try_lock(), Err(fs::TryLockError::WouldBlock));
        // Whoever took it for a leftover before it was locked has removed it.
        if !is_taken && new.path().exists() {
            return Ok(new);
        }
    }
    builder().tempfile_in(folder)
}

/// A temporary file is its owner's alone; one that becomes a result is as readable as any other.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

/// Removes unfinished files that nobody is writing any more; what cannot be removed is left there.
fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if !name.starts_with(PREFIX) || !name.ends_with(SUFFIX) {
            continue;
        }
        if entry.file_type().is_ok_and(|it| it.is_file())
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            // The lock is held until the file is gone, so that its writer, if it has one, notices.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Makes the new name survive a loss of power; where folders cannot be synced, the file alone is.
fn sync_folder(folder: &Path) {
    if cfg!(unix) {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name());
        let mut names: Vec<String> = names.map(|it| it.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        write(&file, b"first").unwrap();
        write(&file, b"2nd").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2nd");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none").join("report.json");
        let told = complaint(&file, &write(&file, b"x").unwrap_err());
        assert!(!told.contains(PREFIX) && !told.contains(" at path "), "{told}");
        assert!(told.ends_with("; make its folder first, or choose another one"), "{told}");
    }

    #[test]
    fn leftovers_are_removed_but_not_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".hindsight-dead.tmp"), b"half a rep").unwrap();
        fs::write(folder.path().join(".tmpother"), b"of somebody else").unwrap();
        let alive = own_file(folder.path()).unwrap();
        write(&folder.path().join("a.json"), b"x").unwrap();
        let alive = alive.path().file_name().unwrap().to_string_lossy().into_owned();
        let mut expected = vec![alive, ".tmpother".to_owned(), "a.json".to_owned()];
        expected.sort();
        assert_eq!(names(folder.path()), expected);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let [file, link] = ["report.json", "link.json"].map(|name| folder.path().join(name));
        symlink("report.json", &link).unwrap();
        write(&link, b"first").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        write(&link, b"2nd").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2nd");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}

//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held while a file comes into being.
static WRITING: Mutex<()> = Mutex::new(());

/// Writes a file whole or not at all, through a new file beside it that then takes its place.
///
/// What is no regular file (a device, a pipe) is written to as it is.
///
/// # Errors
///
/// Fails if the folder does not exist or cannot be written to; an old file then stays as it was.
pub fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let existing = fs::canonicalize(file).ok();
    let file = existing.as_deref().unwrap_or(file);
    if let Ok(metadata) = fs::metadata(file)
        && !metadata.is_file()
    {
        return fs::OpenOptions::new().write(true).open(file)?.write_all(bytes);
    }
    let folder = match file.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    let _writing = nothing_being_written();
    let mut new = builder().tempfile_in(folder)?;
    new.write_all(bytes)?;
    new.as_file().sync_all()?;
    if let Ok(metadata) = fs::metadata(file) {
        new.as_file().set_permissions(metadata.permissions())?;
    }
    new.persist(file)?;
    Ok(())
}

/// Waits until no file is half written, and lets none be begun while the guard lives: whoever ends the
/// process in between leaves nothing behind.
pub fn nothing_being_written() -> MutexGuard<'static, ()> {
    WRITING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A temporary file is its owner's alone; one that becomes a result is as readable as any other.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report.json");
        write(&file, b"first").unwrap();
        write(&file, b"2nd").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"2nd");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("none").join("report.json"), b"x").is_err());
    }
}

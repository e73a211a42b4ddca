//! Files that are there whole or not at all.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// Replaces `path` by `text`, which is written elsewhere first.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let partial = path.with_extension("partial");
    let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, path));
    if written.is_err() {
        // It may not even have been created.
        let _ = fs::remove_file(&partial);
    }
    written.with_context(|| {
        format!(
            "could not write {}; make room or choose another folder with --out",
            path.display()
        )
    })
}

/// Makes sure that a folder is there, before the work begins rather than after it.
pub fn prepare(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| {
        format!(
            "could not create {}; choose another folder with --out",
            folder.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder =
            std::env::temp_dir().join(format!("io-simulate-{}-{name}", std::process::id()));
        prepare(&folder).expect("a folder");
        folder
    }

    #[test]
    fn nothing_partial_is_left() {
        let folder = folder("whole");
        let path = folder.join("table.csv");
        write(&path, "first").expect("written");
        write(&path, "second").expect("replaced");
        assert_eq!(fs::read_to_string(&path).expect("there"), "second");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        fs::remove_dir_all(folder).expect("removed");
    }

    #[test]
    fn a_failure_says_what_to_do_and_leaves_nothing() {
        let folder = folder("failing");
        // A folder stands where the file should go.
        let path = folder.join("table.csv");
        fs::create_dir_all(path.join("in the way")).expect("a folder");
        let error = write(&path, "text").expect_err("in the way");
        assert!(error.to_string().contains("--out"), "{error}");
        assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 1);
        let error = prepare(&path.join("in the way/../../table.csv/in the way"))
            .and_then(|()| {
                fs::write(folder.join("file"), "")?;
                prepare(&folder.join("file/below"))
            })
            .expect_err("a file is in the way");
        assert!(error.to_string().contains("--out"), "{error}");
        fs::remove_dir_all(folder).expect("removed");
    }
}

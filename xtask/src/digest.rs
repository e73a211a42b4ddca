//! SHA-256 of files, folders and lists of parts.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// SHA-256 over several parts; each part is prefixed by its length, so parts cannot run together.
#[derive(Default)]
pub struct Parts(Sha256);

impl Parts {
    /// Adds one part.
    pub fn add(&mut self, part: impl AsRef<[u8]>) -> &mut Self {
        let part = part.as_ref();
        self.0.update((part.len() as u64).to_le_bytes());
        self.0.update(part);
        self
    }

    /// Adds every file under a folder, by relative path and content. A missing folder adds nothing.
    pub fn add_folder(&mut self, folder: &Path) -> Result<&mut Self> {
        for file in files_under(folder)? {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            self.add(name.to_string_lossy().as_bytes());
            self.add_file(&file)?;
        }
        Ok(self)
    }

    /// Adds a file's content; a missing file counts as a part of its own kind.
    pub fn add_file(&mut self, path: &Path) -> Result<&mut Self> {
        match fs::read(path) {
            Ok(content) => Ok(self.add(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(self.add("(no file)")),
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    /// The digest in hexadecimal.
    pub fn finish(&mut self) -> String {
        hex(&self.0.finalize_reset())
    }
}

/// SHA-256 of one file, in hexadecimal.
pub fn file(path: &Path) -> Result<String> {
    let mut source =
        fs::File::open(path).with_context(|| format!("could not open {}", path.display()))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = source
            .read(&mut buffer)
            .with_context(|| format!("could not read {}", path.display()))?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(buffer.get(..count).unwrap_or_default());
    }
}

/// The executable hash of a program, in hexadecimal: SHA-256 without the zeros that the file ends on, with
/// which the loader pads it. The same as `solana-verify get-executable-hash` gives, and as the chain is
/// compared with.
pub fn executable(path: &Path) -> Result<String> {
    let program = fs::read(path).with_context(|| format!("could not read {}", path.display()))?;
    let end = program.iter().rposition(|byte| *byte != 0);
    let end = end.map_or(0, |last| last.saturating_add(1));
    Ok(hex(&Sha256::digest(program.get(..end).unwrap_or_default())))
}

/// Every file under a folder, sorted; build output is left out.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(next) = pending.pop() {
        let entries = match fs::read_dir(&next) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => {
                return Err(error).with_context(|| format!("could not list {}", next.display()));
            }
        };
        for entry in entries {
            let entry = entry.with_context(|| format!("could not list {}", next.display()))?;
            let kind = entry
                .file_type()
                .with_context(|| format!("{}", entry.path().display()))?;
            if !kind.is_dir() {
                files.push(entry.path());
            } else if !matches!(
                entry.file_name().to_str(),
                Some("target" | ".git" | "node_modules")
            ) {
                pending.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

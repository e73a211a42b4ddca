//! The standard library for the chain: the compiler's own source with a few lines changed.
//!
//! Changes are found by their text, not by line number, so they survive the compiler's updates
//! until the text itself changes; then the error names the file and what it looked for.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{Cache, component, rust::Rust};
use crate::{digest, process, ui};

const COMPONENT: &str = "rust-src";

/// One replacement in one file; `find` must occur exactly once.
struct Patch {
    file: &'static str,
    find: &'static str,
    replace: &'static str,
}

const PATCHES: [Patch; 10] = [
    // A frame of the stack has 4 KiB in all.
    Patch {
        file: "core/src/slice/sort/stable/mod.rs",
        find: "\n    let mut stack_buf = AlignedStorage::<T, 4096>::new();",
        replace: "\n    let mut stack_buf = AlignedStorage::<T, 1024>::new();",
    },
    Patch {
        file: "std/src/sys/io/error/mod.rs",
        find: "        target_os = \"vexos\",\n",
        replace: "        target_os = \"vexos\",\n        target_os = \"solana\",\n",
    },
    Patch {
        file: "std/src/sys/thread_local/mod.rs",
        find: "\n        target_os = \"vexos\",\n    ) => {\n        mod no_threads;",
        replace: "\n        target_os = \"vexos\",\n        target_os = \"solana\",\n    ) => {\n        mod no_threads;",
    },
    Patch {
        file: "std/src/sys/thread_local/mod.rs",
        find: "            target_os = \"vexos\",\n        ) => {\n            pub(crate) fn enable()",
        replace: "            target_os = \"vexos\",\n            target_os = \"solana\",\n        ) => {\n            pub(crate) fn enable()",
    },
    Patch {
        file: "std/src/sys/random/mod.rs",
        find: "        target_os = \"vexos\",\n    ) => {",
        replace: "        target_os = \"vexos\",\n        target_os = \"solana\",\n    ) => {",
    },
    Patch {
        file: "std/src/sys/random/mod.rs",
        find: "    target_os = \"vexos\",\n)))]",
        replace: "    target_os = \"vexos\",\n    target_os = \"solana\",\n)))]",
    },
    Patch {
        file: "std/src/sys/alloc/mod.rs",
        find: "    target_arch = \"xtensa\",\n)) {\n    8\n",
        replace: "    target_arch = \"xtensa\",\n    target_arch = \"bpf\",\n)) {\n    8\n",
    },
    Patch {
        file: "std/src/sys/alloc/mod.rs",
        find: "    target_os = \"vexos\" => {\n        mod vexos;\n    }\n",
        replace: "    target_os = \"vexos\" => {\n        mod vexos;\n    }\n    target_os = \"solana\" => {\n        mod solana;\n    }\n",
    },
    // Hash maps with a constant seed: the seed's thread-local would be a writable static, which a
    // program cannot have, and there is no source of randomness anyway.
    Patch {
        file: "std/src/hash/random.rs",
        find: "        KEYS.with(|keys| {\n            let (k0, k1) = keys.get();\n            keys.set((k0.wrapping_add(1), k1));\n            RandomState { k0, k1 }\n        })\n",
        replace: "        RandomState { k0: 0, k1: 0 }\n",
    },
    Patch {
        file: "std/src/hash/random.rs",
        find: "        thread_local!(static KEYS: Cell<(u64, u64)> = {\n            Cell::new(hashmap_random_keys())\n        });\n",
        replace: "        #[allow(unused)]\n        use {Cell as _, hashmap_random_keys as _};\n",
    },
];

/// The system allocator has no memory: programs bring a heap of their own.
const ALLOCATOR_FILE: &str = "std/src/sys/alloc/solana.rs";
const ALLOCATOR: &str = r#"use crate::alloc::{GlobalAlloc, Layout, System};

#[stable(feature = "alloc_system_type", since = "1.28.0")]
unsafe impl GlobalAlloc for System {
    unsafe fn alloc(&self, _layout: Layout) -> *mut u8 {
        crate::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _pointer: *mut u8, _layout: Layout) {}
}
"#;

/// The patched copy.
pub struct StdSource {
    /// The folder `library`.
    pub library: PathBuf,
    /// Changes with the compiler and with the patches.
    pub key: String,
}

/// Copies and patches the source unless the cache has it for this compiler and these patches.
pub fn ensure(cache: &Cache, rust: &Rust) -> Result<StdSource> {
    let mut parts = digest::Parts::default();
    parts.add(&rust.identity).add(ALLOCATOR_FILE).add(ALLOCATOR);
    for patch in &PATCHES {
        parts.add(patch.file).add(patch.find).add(patch.replace);
    }
    let key = parts.finish();
    let folder = cache.path(COMPONENT);
    if component::stamp(&folder).as_deref() == Some(&key) {
        ui::ready("standard library", "source patched for the chain");
    } else {
        let step = ui::Step::start("copy and patch the standard library");
        component::replace(cache, COMPONENT, |folder| {
            process::run(Command::new("cp").arg("-R").arg(&rust.library).arg(folder))
                .context("the standard library's source could not be copied")?;
            patch(&folder.join("library"))?;
            Ok(key.clone())
        })?;
        step.done(&format!("{} changes", PATCHES.len() + 1));
    }
    Ok(StdSource {
        library: folder.join("library"),
        key,
    })
}

fn patch(library: &Path) -> Result<()> {
    for Patch {
        file,
        find,
        replace,
    } in &PATCHES
    {
        let path = library.join(file);
        let text = fs::read_to_string(&path).with_context(|| {
            format!("the standard library has no {file} any more; adapt xtask/src/toolchain/std_source.rs")
        })?;
        let found = text.matches(find).count();
        if found != 1 {
            bail!(
                "the standard library changed: {file} has this text {found} times instead of once, \
                 so the patch does not apply:\n{find}\nAdapt xtask/src/toolchain/std_source.rs to \
                 the new compiler, or install the locked version of rustc-web"
            );
        }
        fs::write(&path, text.replacen(find, replace, 1))
            .with_context(|| format!("could not write {}", path.display()))?;
    }
    let path = library.join(ALLOCATOR_FILE);
    fs::write(&path, ALLOCATOR).with_context(|| format!("could not write {}", path.display()))
}

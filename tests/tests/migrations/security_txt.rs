//! What each binary tells whoever finds a vulnerability in it, read as explorers read it.

use io_migrations::Program;
use io_tests::artifact;
use solana_security_txt::{Contact, SECURITY_TXT_BEGIN, find_and_parse};

const SECURITY: &str = include_str!("../../../SECURITY.md");
const WORKSPACE: &str = include_str!("../../../Cargo.toml");

#[test]
fn each_binary_says_what_security_md_says() {
    let words: Vec<&str> = SECURITY.split_whitespace().collect();
    let security = words.join(" ");
    let workspace: toml::Table = WORKSPACE.parse().expect("a manifest");
    let version = workspace["workspace"]["package"]["version"].as_str();
    for program in Program::ALL {
        let elf = std::fs::read(artifact(program.name())).expect("built");
        let begin = SECURITY_TXT_BEGIN.as_bytes();
        let texts = elf.windows(begin.len()).filter(|bytes| *bytes == begin);
        assert_eq!(texts.count(), 1, "{program}");
        let text = find_and_parse(&elf).unwrap_or_else(|error| panic!("{program}: {error}"));
        assert_eq!(text.name, format!("IO Coin: {program}"));
        assert!(!text.project_url.is_empty());
        assert!(security.contains(&text.policy), "{}", text.policy);
        let [Contact::Other(contact)] = &text.contacts[..] else {
            panic!("{program}: {text}");
        };
        assert!(text.policy.contains(contact), "{contact}");
        assert_eq!(text.preferred_languages, ["en"]);
        assert_eq!(text.source_release.as_deref(), version);
        // Whoever is named here is named there.
        assert_eq!(text.auditors, ["none yet"]);
        assert!(security.contains("The code is not audited yet"));
    }
}

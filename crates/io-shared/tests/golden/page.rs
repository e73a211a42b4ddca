//! What is recorded of one program's accounts and events.

use crate::fields::{fields, hex, list};
use bytemuck::Pod;
use io_shared::{
    events::{EVENT_TAG, Event},
    state::Layout,
};
use std::{collections::BTreeMap, fmt::Debug, fmt::Write as _};

/// Lists the fields of bytes that begin at an offset.
type List = fn(&[u8], usize) -> String;

/// An account or an event.
pub struct Kind {
    /// What its bytes begin with.
    pub tag: Vec<u8>,
    pub size: usize,
    list: List,
    /// What follows as often as the account or event says: size and fields.
    item: Option<(usize, List)>,
}

/// One program's, by name: `account Node`.
#[derive(Default)]
pub struct Page {
    pub text: String,
    pub kinds: BTreeMap<String, Kind>,
}

impl Page {
    pub fn account<T: Layout + Debug>(&mut self, name: &str) {
        self.add::<T>(format!("account {name}"), T::DISCRIMINATOR.to_vec());
    }

    pub fn event<T: Event + Debug>(&mut self, name: &str) {
        let tag = [EVENT_TAG, T::DISCRIMINATOR].concat();
        self.add::<T>(format!("event {name}"), tag);
    }

    /// What follows an account or an event that was added.
    pub fn item<T: Pod + Debug>(&mut self, name: &str, of: &str) {
        let _ = writeln!(self.text, "item {name} of {of}: {} bytes", size_of::<T>());
        self.golden::<T>(0);
        let of = self.kinds.get_mut(of).expect("it was added");
        of.item = Some((size_of::<T>(), listed::<T>));
    }

    /// An enum's numbers.
    pub fn numbers(&mut self, name: &str, variants: &[(&str, u8)]) {
        let _ = writeln!(self.text, "enum {name}");
        for (variant, number) in variants {
            let _ = writeln!(self.text, "{number:>6}       {variant}");
        }
        self.text.push('\n');
    }

    fn add<T: Pod + Debug>(&mut self, name: String, tag: Vec<u8>) {
        let size = tag.len() + size_of::<T>();
        let _ = writeln!(self.text, "{name}: {size} bytes, {}", hex(&tag));
        self.golden::<T>(tag.len());
        let kind = Kind {
            tag,
            size,
            list: listed::<T>,
            item: None,
        };
        self.kinds.insert(name, kind);
    }

    /// The fields of bytes that are distinct in each field, the sign bit of each set.
    fn golden<T: Pod + Debug>(&mut self, start: usize) {
        let bytes: Vec<u8> = (0..size_of::<T>())
            .map(|index| 255 - u8::try_from(index % 127).expect("below 127"))
            .collect();
        self.text.push_str(&listed::<T>(&bytes, start));
        self.text.push('\n');
    }
}

impl Kind {
    /// The fields of an account or an event as a program wrote it.
    pub fn read(&self, bytes: &[u8]) -> String {
        assert!(bytes.starts_with(&self.tag), "another discriminator");
        let mut text = (self.list)(&bytes[self.tag.len()..self.size], self.tag.len());
        let items = &bytes[self.size..];
        let Some((size, list)) = self.item else {
            assert!(items.is_empty(), "{} bytes more", items.len());
            return text;
        };
        assert_eq!(items.len() % size, 0, "part of an item");
        for (index, item) in items.chunks(size).enumerate() {
            text.push_str(&list(item, self.size + index * size));
        }
        text
    }
}

fn listed<T: Pod + Debug>(bytes: &[u8], start: usize) -> String {
    list(&fields::<T>(bytes), bytes, start)
}

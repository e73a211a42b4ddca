//! Colour, where a stream shows it: on a terminal that NO_COLOR does not speak against.

pub use owo_colors::Stream;
use owo_colors::{OwoColorize, Style};

pub const BOLD: Style = Style::new().bold();
pub const RED: Style = Style::new().red().bold();
pub const GREEN: Style = Style::new().green().bold();

/// `text` in `style`, or as it is.
pub fn paint(stream: Stream, style: Style, text: &str) -> String {
    text.if_supports_color(stream, |text| text.style(style))
        .to_string()
}

/// Whether `stream` shows colour.
pub fn shows_colour(stream: Stream) -> bool {
    paint(stream, BOLD, "x") != "x"
}

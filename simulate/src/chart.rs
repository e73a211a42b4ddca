//! The picture: supply, emission and what a processor earns, over the years.

#![allow(
    clippy::cast_precision_loss,
    clippy::arithmetic_side_effects,
    reason = "a picture is drawn in floating point; no amount is computed from it"
)]

use anyhow::{Result, anyhow};
use io_shared::constants::IO;
use plotters::{
    coord::{Shift, ranged1d::AsRangedCoord, types::RangedCoordf64},
    prelude::*,
};

use crate::{plan::Plan, run::Row};

/// Points to a line: more would not be seen.
const POINTS: usize = 200;

/// Drawing units. The picture is shown at half of that, as lines run through whole units only.
const SIZE: (u32, u32) = (1_920, 2_280);
const SHOWN: (u32, u32) = (960, 1_140);

/// Height of each of the first two panels.
const PANEL: u32 = 680;
const YEAR: f64 = 31_557_600.0;
const DAY: f64 = 86_400.0;

/// Distinguishable with any colour vision (Okabe and Ito, Tol).
const COLOURS: [RGBColor; 9] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(120, 94, 240),
    RGBColor(90, 90, 90),
    RGBColor(170, 130, 40),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A line: name, colour, points.
struct Line {
    name: String,
    colour: RGBColor,
    points: Vec<(f64, f64)>,
}

/// The picture as SVG.
pub fn draw(plan: &Plan, rows: &[Row]) -> Result<String> {
    let rows = thin(rows);
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(|error| failed(&error))?;
        let (top, rest) = root.split_vertically(PANEL);
        let (middle, bottom) = rest.split_vertically(PANEL);
        panel(
            &top,
            "Supply and stake (million IO)",
            &supply(plan, &rows),
            false,
        )?;
        panel(
            &middle,
            "Emission (IO a day)",
            &emission(plan, &rows),
            false,
        )?;
        panel(
            &bottom,
            "Reward of an earning processor (IO a day, logarithmic)",
            &rewards(plan, &rows),
            true,
        )?;
        root.present().map_err(|error| failed(&error))?;
    }
    let size = |(width, height): (u32, u32)| format!("width=\"{width}\" height=\"{height}\"");
    Ok(svg.replacen(&size(SIZE), &size(SHOWN), 1))
}

/// At most [`POINTS`] rows, the first and the last among them.
fn thin(rows: &[Row]) -> Vec<&Row> {
    let step = rows.len().div_ceil(POINTS).max(1);
    let last = rows.len().saturating_sub(1);
    rows.iter()
        .enumerate()
        .filter(|(index, _)| index.is_multiple_of(step) || *index == last)
        .map(|(_, row)| row)
        .collect()
}

fn supply(plan: &Plan, rows: &[&Row]) -> Vec<Line> {
    let line = |name: &str, colour: usize, figure: fn(&Row) -> u64| Line {
        name: name.to_owned(),
        colour: COLOURS[colour],
        points: rows
            .iter()
            .map(|row| (years(plan, row), io(figure(row)) / 1e6))
            .collect(),
    };
    vec![
        line("supply", 0, |row| row.crank.supply),
        line("staked", 2, |row| row.sum(|pool| pool.staked)),
        line("emitted", 1, |row| row.crank.emitted),
    ]
}

fn emission(plan: &Plan, rows: &[&Row]) -> Vec<Line> {
    let points = rows.windows(2).filter_map(|pair| {
        let [before, after] = pair else { return None };
        let days = (after.time - before.time) as f64 / DAY;
        let emitted = after.crank.emitted.checked_sub(before.crank.emitted)?;
        Some((years(plan, after), io(emitted) / days))
    });
    vec![Line {
        name: "all pools".to_owned(),
        colour: COLOURS[0],
        points: points.collect(),
    }]
}

fn rewards(plan: &Plan, rows: &[&Row]) -> Vec<Line> {
    let epochs_a_day = DAY / plan.settings.curve.epoch_seconds as f64;
    // The last harvest settles a week at once.
    let rows = rows.split_last().map_or(rows, |(_, others)| others);
    let mut lines = Vec::new();
    for pool in 0..plan.pool_count() {
        for (class, described) in plan.classes(pool).enumerate() {
            let points = rows.windows(2).filter_map(|pair| {
                let [before, after] = pair else { return None };
                let (before, now) = (
                    before.pools.get(pool)?.classes.get(class)?,
                    after.pools.get(pool)?.classes.get(class)?,
                );
                let earned = now.earned.checked_sub(before.earned)?;
                let spent = now.processor_epochs.checked_sub(before.processor_epochs)?;
                (earned > 0 && spent > 0)
                    .then(|| (years(plan, after), io(earned) / spent as f64 * epochs_a_day))
            });
            lines.push(Line {
                name: described.name.clone(),
                colour: COLOURS[lines.len() % COLOURS.len()],
                points: points.collect(),
            });
        }
    }
    lines
}

/// One of the three parts; the legend is where no line is.
fn panel(area: &Area, caption: &str, lines: &[Line], logarithmic: bool) -> Result<()> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let right = points().map(|(x, _)| *x).fold(1.0, f64::max).ceil();
    let top = points().map(|(_, y)| *y).fold(0.0, f64::max) * 1.05;
    let low = points().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
    if !low.is_finite() || top <= 0.0 {
        return Ok(());
    }
    if logarithmic {
        let range = (low.max(top * 1e-9)..top).log_scale();
        plot(area, caption, lines, right, range)
    } else {
        plot(area, caption, lines, right, 0.0..top)
    }
}

fn plot<Y>(area: &Area, caption: &str, lines: &[Line], right: f64, range: Y) -> Result<()>
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: plotters::coord::ranged1d::ValueFormatter<f64>,
{
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 32))
        .margin(24)
        .x_label_area_size(70)
        .y_label_area_size(120)
        .build_cartesian_2d::<std::ops::Range<f64>, Y>(0.0..right, range)
        .map_err(|error| failed(&error))?;
    mesh(&mut chart)?;
    for line in lines {
        let style = ShapeStyle::from(&line.colour).stroke_width(3);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style))
            .map_err(|error| failed(&error))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 32, y)], style));
    }
    chart
        .configure_series_labels()
        .position(if lines.len() == 3 {
            SeriesLabelPosition::MiddleRight
        } else {
            SeriesLabelPosition::UpperRight
        })
        .legend_area_size(40)
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))
}

fn mesh<Y>(chart: &mut ChartContext<SVGBackend, Cartesian2d<RangedCoordf64, Y>>) -> Result<()>
where
    Y: plotters::coord::ranged1d::Ranged<ValueType = f64>
        + plotters::coord::ranged1d::ValueFormatter<f64>,
{
    chart
        .configure_mesh()
        .x_desc("years since the first epoch")
        .x_labels(11)
        .y_labels(8)
        .x_label_formatter(&|years| years.to_string())
        .y_label_formatter(&|amount| amount.to_string())
        .max_light_lines(1)
        .label_style(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))
}

fn years(plan: &Plan, row: &Row) -> f64 {
    row.time.saturating_sub(plan.time(0)) as f64 / YEAR
}

fn io(raw: u64) -> f64 {
    raw as f64 / IO as f64
}

fn failed(error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("the picture could not be drawn: {error}")
}

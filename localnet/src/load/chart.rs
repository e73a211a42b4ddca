//! The picture: how the work on nodes grows, and how long payments take.

use anyhow::{Result, anyhow};
use plotters::{coord::Shift, prelude::*};

use super::Report;

/// Drawing units. The picture is shown at half of that, as lines run through whole units only.
const SIZE: (u32, u32) = (1_920, 1_400);
const SHOWN: (u32, u32) = (960, 700);
const PANEL: u32 = 700;

/// Distinguishable with any colour vision (Okabe and Ito, Tol).
const COLOURS: [RGBColor; 8] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(213, 94, 0),
    RGBColor(120, 94, 240),
    RGBColor(90, 90, 90),
];

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Points = Vec<(f64, f64)>;

/// The picture as SVG.
pub fn draw(report: &Report) -> Result<String> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE).map_err(|error| failed(&error))?;
        let (top, bottom) = root.split_vertically(PANEL);
        growth(&top, report)?;
        latencies(&bottom, report)?;
        root.present().map_err(|error| failed(&error))?;
    }
    let size = |(width, height): (u32, u32)| format!("width=\"{width}\" height=\"{height}\"");
    Ok(svg.replacen(&size(SIZE), &size(SHOWN), 1))
}

/// Seconds of each work by the number of nodes, both logarithmic: a straight line up by one for one is
/// growth in proportion.
fn growth(area: &Area, report: &Report) -> Result<()> {
    let names = report
        .fleets
        .first()
        .into_iter()
        .flat_map(|run| &run.stages);
    let lines: Vec<(&str, Points)> = names
        .map(|stage| {
            let points = report.fleets.iter().filter_map(|run| {
                let found = run.stages.iter().find(|other| other.name == stage.name)?;
                Some((run.nodes as f64, found.cost.time.as_secs_f64()))
            });
            (stage.name, points.collect())
        })
        .collect();
    let points = || lines.iter().flat_map(|(_, points)| points);
    let least = points().map(|(_, y)| *y).fold(f64::INFINITY, f64::min);
    let most = points().map(|(_, y)| *y).fold(0.0, f64::max);
    let first = points().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    let last = points().map(|(x, _)| *x).fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(());
    }
    let mut chart = ChartBuilder::on(area)
        .caption(
            "Work on all nodes (seconds, both axes logarithmic)",
            ("sans-serif", 32),
        )
        .margin(24)
        .x_label_area_size(70)
        .y_label_area_size(120)
        .build_cartesian_2d(
            (first * 0.9..last * 1.1).log_scale(),
            (least * 0.8..most * 1.2).log_scale(),
        )
        .map_err(|error| failed(&error))?;
    chart
        .configure_mesh()
        .x_desc("nodes")
        .max_light_lines(1)
        .label_style(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))?;
    for ((name, points), colour) in lines.into_iter().zip(COLOURS.into_iter().cycle()) {
        let style = ShapeStyle::from(&colour).stroke_width(3);
        chart
            .draw_series(LineSeries::new(points, style).point_size(5))
            .map_err(|error| failed(&error))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 32, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .legend_area_size(40)
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))
}

/// What part of the payments took at most how long.
fn latencies(area: &Area, report: &Report) -> Result<()> {
    let lines: Vec<(String, Points)> = report
        .payments
        .iter()
        .map(|run| {
            let count = run.latencies.len() as f64;
            let times = run.latencies.iter().map(std::time::Duration::as_secs_f64);
            let points = times
                .zip(1..)
                .map(|(time, rank)| (time, f64::from(rank) / count * 100.0));
            (format!("{} wallets", run.wallets), points.collect())
        })
        .collect();
    let times = lines.iter().flat_map(|(_, points)| points).map(|(x, _)| *x);
    let most = times.fold(0.0, f64::max);
    if most <= 0.0 {
        return Ok(());
    }
    let mut chart = ChartBuilder::on(area)
        .caption("Payments confirmed within a time (%)", ("sans-serif", 32))
        .margin(24)
        .x_label_area_size(70)
        .y_label_area_size(120)
        .build_cartesian_2d(0.0..most * 1.02, 0.0..100.0)
        .map_err(|error| failed(&error))?;
    chart
        .configure_mesh()
        .x_desc("seconds")
        .max_light_lines(1)
        .label_style(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))?;
    for ((name, points), colour) in lines.into_iter().zip(COLOURS) {
        let style = ShapeStyle::from(&colour).stroke_width(3);
        chart
            .draw_series(LineSeries::new(points, style))
            .map_err(|error| failed(&error))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 32, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .legend_area_size(40)
        .background_style(WHITE.mix(0.85))
        .label_font(("sans-serif", 25))
        .draw()
        .map_err(|error| failed(&error))
}

fn failed(error: &dyn std::fmt::Display) -> anyhow::Error {
    anyhow!("the picture could not be drawn: {error}")
}

//! A chart as PNG: the drawing of the SVG in pixels, on white.
//!
//! Text is in a font that auk holds (Ubuntu Light), which has Latin, Greek and Cyrillic letters.
//!
//! Trap: other scripts have no letters there and show as boxes; SVG shows them in the reader's own fonts.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use plotters::prelude::{BitMapBackend, IntoDrawingArea};
use plotters::style::RGBColor;

use super::charts::asked::Visual;
use super::charts::canvas::{Canvas, PAPER, use_own_font};
use super::charts::{self, Size};
use crate::table::Table;

/// Dots in a pixel, each way: sharp on dense screens and in print.
const DOTS: usize = 2;
/// It is drawn so much larger, and dots are made of the middle of its colours, which smooths edges.
const FINER: usize = 2;
const UNIT: i32 = (DOTS * FINER) as i32;

/// The bytes of a PNG file. A reason if the table cannot be drawn.
pub fn draw(table: &Table, visual: &Visual<'_>, size: Size) -> Result<Vec<u8>, String> {
    let chart = charts::read(table, visual)?;
    use_own_font()?;
    let (width, height) = (size.width.clamp(240, 4000), size.height.clamp(160, 4000));
    let (across, down) = (width * UNIT as u32, height * UNIT as u32);
    let mut dots = vec![0; across as usize * down as usize * 3];
    {
        let root = BitMapBackend::with_buffer(&mut dots, (across, down)).into_drawing_area();
        let paper: &RGBColor = &PAPER;
        root.fill(paper).map_err(|e| e.to_string())?;
        let canvas = Canvas {
            root: &root,
            unit: UNIT,
            joins: false,
            width: f64::from(width),
            height: f64::from(height),
        };
        chart.paint(&canvas)?;
        root.present().map_err(|e| e.to_string())?;
    }
    let dots = smoothed(&dots, across as usize, down as usize);
    encode(&dots, across / FINER as u32, down / FINER as u32).map_err(|e| e.to_string())
}

fn smoothed(fine: &[u8], across: usize, down: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(fine.len() / FINER / FINER);
    for y in 0..down / FINER {
        for x in 0..across / FINER {
            for colour in 0..3 {
                let inside = (0..FINER * FINER).map(|at| (y * FINER + at / FINER, x * FINER + at % FINER));
                let sum: usize = inside.map(|(y, x)| usize::from(fine[(y * across + x) * 3 + colour])).sum();
                out.push((sum / (FINER * FINER)) as u8);
            }
        }
    }
    out
}

/// Eight bits a colour, no alpha; every line is stored as what differs from the one above.
fn encode(dots: &[u8], width: u32, height: u32) -> std::io::Result<Vec<u8>> {
    const ABOVE: u8 = 2;
    let row = width as usize * 3;
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let blank = vec![0; row];
    let mut above: &[u8] = &blank;
    for line in dots.chunks_exact(row) {
        let differs: Vec<u8> = line.iter().zip(above).map(|(own, above)| own.wrapping_sub(*above)).collect();
        packed.write_all(&[ABOVE])?;
        packed.write_all(&differs)?;
        above = line;
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    chunk(b"IHDR", &header, &mut out);
    chunk(b"IDAT", &packed.finish()?, &mut out);
    chunk(b"IEND", &[], &mut out);
    Ok(out)
}

fn chunk(kind: &[u8; 4], data: &[u8], out: &mut Vec<u8>) {
    out.extend((data.len() as u32).to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    out.extend(kind);
    out.extend(data);
    out.extend(sum.sum().to_be_bytes());
}

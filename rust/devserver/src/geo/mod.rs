//! GeoJSON values: what the server accepts (Point, Polygon, MultiPolygon, AeroCircle, or a Feature around one), and the
//! particle that it stores and answers with: flags, cells, text.
//!
//! A point gets its cell as on the real server. A region gets none, where the real one lists the cells that cover it:
//! clients skip them, and queries here need no covering.

mod cell;
mod region;

pub use region::matches;

use crate::json::{self, Json};
use crate::Code;
use aerospike_sansio::proto::code;

/// Flag of a particle that is a region, not a point.
const IS_REGION: u8 = 1;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub longitude: f64,
    pub latitude: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Geometry {
    Point(Point),
    /// Polygons of rings, each closed.
    Region(Vec<Vec<Vec<Point>>>),
    /// Centre and radius in metres.
    Circle(Point, f64),
}

/// From what a client sends (flags, count of cells, cells, text; the first three are not believed) to what is stored.
pub fn particle(wire: &[u8]) -> Result<Box<[u8]>, Code> {
    let text = text(wire).ok_or(code::INVALID_GEOJSON)?;
    let mut bytes = Vec::with_capacity(11 + text.len());
    match parse(text).ok_or(code::INVALID_GEOJSON)? {
        Geometry::Point(point) => {
            bytes.extend_from_slice(&[0, 0, 1]);
            bytes.extend_from_slice(&cell::of(point).to_be_bytes());
        }
        Geometry::Region(_) | Geometry::Circle(..) => bytes.extend_from_slice(&[IS_REGION, 0, 0]),
    }
    bytes.extend_from_slice(text);
    Ok(bytes.into())
}

/// The cell of a point. A region has none here.
pub fn cell_of(geometry: &Geometry) -> u64 {
    match geometry {
        Geometry::Point(point) => cell::of(*point),
        Geometry::Region(_) | Geometry::Circle(..) => 0,
    }
}

/// The text of a particle.
pub fn text(particle: &[u8]) -> Option<&[u8]> {
    let (&[_, high, low], rest) = particle.split_first_chunk::<3>()?;
    rest.get(usize::from(u16::from_be_bytes([high, low])) * 8..)
}

/// What a GeoJSON text says, or None if the server would refuse it.
pub fn parse(text: &[u8]) -> Option<Geometry> {
    let value = json::parse(text)?;
    match value.get("type")?.as_str()? {
        "Feature" => geometry(value.get("geometry")?),
        _ => geometry(&value),
    }
}

fn geometry(value: &Json) -> Option<Geometry> {
    let kind = value.get("type")?.as_str()?;
    let coordinates = value.get("coordinates");
    match kind {
        "Point" => point(coordinates?).map(Geometry::Point),
        "Polygon" => Some(Geometry::Region(vec![polygon(coordinates?)?])),
        "MultiPolygon" => coordinates?.as_array()?.iter().map(polygon).collect::<Option<_>>().map(Geometry::Region),
        "AeroCircle" => {
            let [centre, radius] = coordinates?.as_array()? else { return None };
            Some(Geometry::Circle(point(centre)?, radius.as_number()?))
        }
        _ => None,
    }
}

fn polygon(value: &Json) -> Option<Vec<Vec<Point>>> {
    value.as_array()?.iter().map(ring).collect()
}

/// A closed ring of at least three different points.
fn ring(value: &Json) -> Option<Vec<Point>> {
    let mut points = value.as_array()?.iter().map(point).collect::<Option<Vec<_>>>()?;
    points.dedup();
    (points.len() >= 4 && points.first() == points.last()).then_some(points)
}

fn point(value: &Json) -> Option<Point> {
    let [longitude, latitude] = value.as_array()? else { return None };
    let point = Point { longitude: longitude.as_number()?, latitude: latitude.as_number()? };
    (point.longitude.abs() <= 180.0 && point.latitude.abs() <= 90.0).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_gets_the_cell_that_the_recorded_server_gave_it() {
        let text = br#"{"type":"Point","coordinates":[-122.5,37.5]}"#;
        let stored = particle(&[&[0, 0, 0], &text[..]].concat()).unwrap();
        assert_eq!(stored[..11], [0, 0, 1, 0x80, 0x8f, 0x72, 0x36, 0x31, 0x25, 0xa0, 0x0f]);
        assert_eq!(super::text(&stored), Some(&text[..]));
        assert_eq!(particle(&stored), Ok(stored.clone()), "what was answered can be sent back");
    }

    #[test]
    fn takes_the_shapes_that_the_server_takes() {
        for text in [
            r#"{"type":"Point","coordinates":[1,2]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}"#,
            r#"{"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]}"#,
            r#"{"type":"AeroCircle","coordinates":[[-122.0,37.0],3000.0]}"#,
            r#"{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":{"a":1}}"#,
        ] {
            assert!(parse(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn refuses_the_others() {
        for text in [
            "not json",
            "{}",
            "[]",
            r#"{"type":"Nope","coordinates":[1,2]}"#,
            r#"{"type":"Point","coordinates":[200.0,100.0]}"#,
            r#"{"type":"Point","coordinates":[1]}"#,
            r#"{"type":"Point","coordinates":["1","2"]}"#,
            r#"{"type":"Point"}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0]]]}"#,
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}"#,
            r#"{"type":"Feature","geometry":{"type":"Feature"}}"#,
        ] {
            assert_eq!(particle(&[&[0, 0, 0], text.as_bytes()].concat()), Err(code::INVALID_GEOJSON), "{text}");
        }
        assert_eq!(particle(&[0, 0]), Err(code::INVALID_GEOJSON));
        assert_eq!(particle(&[0, 0, 9]), Err(code::INVALID_GEOJSON));
    }
}
